class Invoice < ApplicationRecord
  # bad: every request that gets here waits for a terminal
  def total
    debugger
    lines.sum(&:amount)
  end

  # good: it only ever waits where somebody develops
  def inspect_lines
    debugger if Rails.env.development?
    lines
  end
end
