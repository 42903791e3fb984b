class User < ApplicationRecord
  # bad: runs for every visitor
  def display_name
    name.presence || Faker::Name.name
  end

  # good: the early return leaves development and test
  def sample_bio
    return bio unless Rails.env.local?

    Faker::Lorem.paragraph
  end
end
