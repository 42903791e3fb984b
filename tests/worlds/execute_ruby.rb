#!/usr/bin/env ruby
# frozen_string_literal: true

# Runs every snippet of ruby.toml in every world and compares what happened with what the file says.
#
#   ruby tests/worlds/execute_ruby.rb [--write] [FILE]
#
# Needs Ruby 3.1 or newer with the gems railties, activesupport, sinatra and rake (Debian: ruby-railties ruby-sinatra rake).
# --write puts what happened into the file. Not part of the test suite, which only reads the table.
#
# The call of interest is `hit!`. In a world, RAILS_ENV, RACK_ENV, APP_ENV and ENVIRONMENT hold its name, or are missing
# (unset). A snippet with `inputs` runs once for each and is reached if any run is: the words of an input are its
# arguments and its standard input; a word like NAME=value sets an environment variable instead. After a snippet that
# defines them, the rake task `seed` is invoked and `GET /seed` is sent to every Sinatra application.

require "json"
require "rails"
require "active_support/all"
require "tempfile"

WORLDS = { "production" => "production", "unset" => nil, "staging" => "staging", "development" => "development" }.freeze
SELECTORS = %w[RAILS_ENV RACK_ENV APP_ENV ENVIRONMENT].freeze
SECONDS = 20

unless ActiveSupport::EnvironmentInquirer.method_defined?(:local?)
  # as Rails 7.1 defines it
  class ActiveSupport::EnvironmentInquirer
    def local? = development? || test?
  end
end

class SnippetApplication < Rails::Application
end

Snippet = Struct.new(:name, :code, :note, :inputs, :truth)

def read(path)
  File.read(path).split(/^\[\[snippet\]\]\n/).drop(1).map do |text|
    code = text[/^code = '''\n(.*?)'''$/m, 1]
    rest = text.sub(/^code = '''\n.*?'''$/m, "")
    value = ->(key) { rest[/^#{key} = (.*)$/, 1]&.then { |json| JSON.parse(json) } }
    Snippet.new(value["name"], code, value["note"], value["inputs"], WORLDS.keys.to_h { |world| [world, value[world]] })
  end
end

def written(snippet, truth)
  lines = ["[[snippet]]", "name = #{snippet.name.to_json}"]
  lines << "note = #{snippet.note.to_json}" if snippet.note
  lines << "inputs = [#{snippet.inputs.map(&:to_json).join(", ")}]" if snippet.inputs
  lines << "code = '''\n#{snippet.code}'''"
  lines.concat(truth.map { |world, what| "#{world} = #{what.to_json}" })
  "#{lines.join("\n")}\n"
end

def prepare(world, input, pipe)
  SELECTORS.each { |name| ENV[name] = WORLDS[world] }
  words, settings = input.split.partition { |word| !word.match?(/\A[A-Z_]+=/) }
  settings.each { |setting| setting.split("=", 2).then { |name, value| ENV[name] = value } }
  ARGV.replace(words)
  reader, writer = IO.pipe
  writer.puts(words.join(" "))
  writer.close
  $stdin.reopen(reader)
  [$stdout, $stderr].each { |stream| stream.reopen(File::NULL) }
  Rails.instance_variable_set(:@_env, nil)
  Object.define_method(:hit!) { pipe.syswrite("hit") && nil }
end

def finish
  if defined?(Sinatra::Base)
    Sinatra::Application.set(:run, false) if defined?(Sinatra::Application)
    ObjectSpace.each_object(Class).select { |known| known < Sinatra::Base && known.name }.each do |app|
      Rack::MockRequest.new(app).get("/seed") if app.routes.fetch("GET", []).any?
    end
  end
  Rake::Task["seed"].invoke if defined?(Rake::Task) && Rake::Task.task_defined?("seed")
end

def reached?(code, world, input)
  hits, pipe = IO.pipe
  child = fork do
    hits.close
    prepare(world, input, pipe)
    Tempfile.create(["snippet", ".rb"]) do |file|
      file.write(code)
      file.close
      $PROGRAM_NAME = file.path
      load(file.path)
      finish
    end
  end
  pipe.close
  reader = Thread.new { hits.read }
  Process.kill(:KILL, child) unless reader.join(SECONDS)
  Process.wait(child)
  reader.value.include?("hit")
end

if $PROGRAM_NAME == __FILE__
  write = ARGV.delete("--write")
  path = ARGV.shift || File.join(__dir__, "ruby.toml")
  head = File.read(path)[/\A.*?(?=^\[\[snippet\]\])/m]
  differ = 0
  texts = read(path).map do |snippet|
    truth = WORLDS.keys.to_h do |world|
      [world, (snippet.inputs || [""]).any? { |input| reached?(snippet.code, world, input) } ? "reached" : "cut"]
    end
    unless truth == snippet.truth
      differ += 1
      puts "#{snippet.name}: #{truth}"
    end
    written(snippet, truth)
  end
  File.write(path, "#{head}#{texts.join("\n")}") if write
  puts "#{texts.size} snippets, #{differ} differ"
  exit(!write.nil? || differ.zero?)
end
