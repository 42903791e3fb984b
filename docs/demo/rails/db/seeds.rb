# good: named environments
if Rails.env.development? || Rails.env.test?
  20.times { User.create!(name: Faker::Name.name, email: Faker::Internet.email) }
end

# bad: no environment is called so, and `db:prepare` loads this file in production
unless Rails.env.prodution?
  Order.create!(user: User.first, note: Faker::Commerce.product_name)
end
