class ExportJob < ApplicationJob
  def perform(users)
    users.map { |user| { id: user.id, name: alias_of(user), city: city_of(user) } }
  end

  private

  # good: says why
  def alias_of(user)
    # prodguard: allow(fake-data) customers leave the company under an alias only
    Faker::Name.name
  end

  # bad: gives no reason
  def city_of(user)
    Faker::Address.city # prodguard: allow(fake-data)
  end
end
