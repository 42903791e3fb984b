# frozen_string_literal: true

# Runs programs in every world and writes down what they did: [kind, label, value] for each thing, in order.
#
# Reads [{name, path, texts: {before, after}, run}] from standard input, writes {name: {before: {world: trace}, …}}. The stubs
# stand in for Faker, FactoryBot, Rails, rake, Hanami and Sinatra. What a library makes holds the word FAKE.

require "erb"
require "json"
require "stringio"
require "tmpdir"

$trace = []

def trace(label, value = nil)
  $trace << ["trace", label, value.inspect]
  value
end

def wrote(label, value = nil)
  $trace << ["write", label, value.inspect]
end

def fake(label)
  $trace << ["fake", label, ""]
  "FAKE #{label}"
end

class Fakes
  def initialize(name) = @name = name
  def method_missing(name, *, **) = name == :words ? [fake("#{@name}.words")] : fake("#{@name}.#{name}")
  def respond_to_missing?(*) = true
end

module Faker
  def self.const_missing(name) = const_set(name, Fakes.new("Faker::#{name}"))
end

class Inquirer < String
  def local? = %w[development test].include?(self)
  def method_missing(name, *) = name.end_with?("?") ? self == name.to_s.chomp("?") : super
  def respond_to_missing?(name, *) = name.end_with?("?")
end

module Rails
  def self.env = Inquirer.new(ENV.fetch("RAILS_ENV", "development"))

  def self.application = self

  def self.configure(&) = instance_eval(&)

  def self.config = self

  def self.after_initialize = yield
end

module Hanami
  def self.env?(*names) = names.include?(ENV.fetch("HANAMI_ENV", "development").to_sym)
end

class ApplicationRecord
  def self.create!(**attributes)
    wrote("#{name}.create!", attributes)
    new(**attributes)
  end

  def self.insert_all(rows) = wrote("#{name}.insert_all", rows)

  def self.where(...) = self

  def self.scope(name, body) = define_singleton_method(name, &body)

  def initialize(**attributes)
    @attributes = attributes
  end

  def update!(**attributes) = wrote("update!", attributes)

  def touch(*) = wrote("touch", inspect)

  def save! = wrote("save!", inspect)

  def inspect = "#{self.class.name} #{@attributes}"

  def method_missing(name, *values)
    return wrote("#{name}", values.first) if name.end_with?("=")

    @attributes ? @attributes[name] : super
  end

  def respond_to_missing?(*) = true
end

%w[User Post Role].each { |name| Object.const_set(name, Class.new(ApplicationRecord)) }

module FactoryBot
  def self.create(name, **attributes)
    fake("FactoryBot.create")
    User.new(name: "FAKE #{name}", **attributes)
  end

  def self.create_list(name, count) = Array.new(count) { create(name) }
end

TASKS = {}

def task(name, &block) = TASKS[name.is_a?(Hash) ? name.keys.first : name] = block

def namespace(_) = yield

def desc(_) = nil

def invoke(name) = TASKS.fetch(name).call

def render(path) = trace("page", ERB.new(File.read(path), trim_mode: "-").result(binding).split.join(" "))

WORLDS = %w[production development test].freeze

def run(folder, job, text, world)
  reader, writer = IO.pipe
  child = fork do
    reader.close
    %w[RAILS_ENV RACK_ENV APP_ENV HANAMI_ENV].each { |name| ENV[name] = world }
    $stderr = $stdout = StringIO.new
    path = File.join(folder, File.basename(job["path"]))
    File.write(path, text)
    begin
      load path if path.end_with?(".rb")
      $page = path
      eval(job["run"], TOPLEVEL_BINDING.dup, "run")
    rescue SystemExit => error
      $trace << ["abort", "", error.message]
    rescue Exception => error
      $trace << ["raise", error.class.name, error.message]
    end
    writer.write(JSON.dump($trace))
    writer.close
    exit!(0)
  end
  writer.close
  found = reader.read
  Process.wait(child)
  JSON.parse(found)
end

jobs = JSON.parse($stdin.read)
Dir.mktmpdir do |folder|
  # neither faker nor rake has to be installed
  File.write(File.join(folder, "faker.rb"), "")
  $LOAD_PATH.unshift(folder)
  found = jobs.to_h do |job|
    [job["name"], job["texts"].transform_values { |text| WORLDS.to_h { |world| [world, run(folder, job, text, world)] } }]
  end
  puts JSON.dump(found)
end
