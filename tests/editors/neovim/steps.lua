-- What is done in both versions. A version gives `attach()`, which makes its client start, and `choose(title)`, which applies
-- the code action of that title at the cursor.
local M = {}

local PATIENCE = 10000
local GUARD = "Run `Faker::Name.name` only in development and test"

local function wait(what, condition)
  if not vim.wait(PATIENCE, condition, 20) then
    error("no " .. what .. "; diagnostics: " .. vim.inspect(vim.diagnostic.get(0)), 0)
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function one_at(row)
  return function()
    local found = vim.diagnostic.get(0)
    return #found == 1 and found[1].lnum == row
  end
end

local steps = {}

function steps.diagnostics()
  wait("diagnostic", one_at(1))
  local found = vim.diagnostic.get(0)[1]
  assert(found.source == "prodguard" and found.severity == vim.diagnostic.severity.ERROR, vim.inspect(found))
  assert(found.code == "fake-data-written", vim.inspect(found))
  assert(lines()[2]:sub(found.col + 1, found.end_col) == "Faker::Name.name", vim.inspect(found))
end

-- The diagnostic follows the text, and goes with it.
function steps.edit()
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { "# 😀" })
  wait("diagnostic one line lower", one_at(2))
  local line = lines()[3]
  vim.api.nvim_buf_set_lines(0, 2, 3, false, { "" })
  wait("silence without the call", function() return #vim.diagnostic.get(0) == 0 end)
  vim.api.nvim_buf_set_lines(0, 2, 3, false, { line })
  wait("diagnostic of the call put back", one_at(2))
end

function steps.guard(version)
  local row = vim.diagnostic.get(0)[1].lnum + 1
  vim.api.nvim_win_set_cursor(0, { row, 22 })
  local before = lines()[row]
  version.choose(GUARD)
  wait("guard", function() return lines()[row] ~= before end)
  assert(lines()[row]:find("Faker::Name.name", 1, true) and lines()[row]:find(" if ", 1, true), lines()[row])
  wait("silence behind the guard", function() return #vim.diagnostic.get(0) == 0 end)
end

function steps.save()
  vim.cmd("write")
  local saved = vim.fn.readfile(vim.fn.expand("%:p"))
  assert(vim.deep_equal(saved, lines()), vim.inspect(saved))
end

-- The server leaves when asked to, and in time: Neovim kills one that takes longer.
function steps.quit(version)
  local client = version.client()
  client.stop(client)
  wait("end of the server", function() return client.is_stopped(client) end)
end

function M.run(version)
  vim.cmd("filetype on")
  vim.api.nvim_create_autocmd("VimEnter", {
    once = true,
    callback = vim.schedule_wrap(function()
      local ok, why = pcall(function()
        version.attach()
        vim.cmd("edit " .. vim.env.SHOP .. "/db/seeds.rb")
        for _, name in ipairs(vim.split(vim.env.STEPS, " ")) do
          local done, why = pcall(steps[name], version)
          if not done then error(name .. ": " .. tostring(why), 0) end
        end
      end)
      if ok then
        vim.cmd("qall!")
      else
        io.stderr:write(tostring(why) .. "\n")
        vim.cmd("cquit 1")
      end
    end),
  })
end

return M
