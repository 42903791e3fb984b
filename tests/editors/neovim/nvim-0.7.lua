-- Neovim 0.7: is told of diagnostics, counts in UTF-16, and starts clients by hand.
local steps = dofile(vim.env.HERE .. "/steps.lua")
local id

steps.run({
  attach = function()
    vim.api.nvim_create_autocmd("FileType", {
      pattern = { "ruby", "python", "cs", "eruby" },
      callback = function()
        id = id or vim.lsp.start_client({
          name = "prodguard",
          cmd = { vim.env.PRODGUARD, "lsp" },
          root_dir = vim.env.SHOP,
          settings = { prodguard = vim.empty_dict() },
        })
        vim.lsp.buf_attach_client(vim.api.nvim_get_current_buf(), id)
      end,
    })
  end,
  client = function()
    local client = vim.lsp.get_client_by_id(id)
    return { stop = function() client.stop() end, is_stopped = function() return client.is_stopped() end }
  end,
  -- vim.lsp.buf.code_action has neither filter nor apply
  choose = function(title)
    vim.ui.select = function(items, _, choice)
      for at, item in ipairs(items) do
        if item[2].title == title then return choice(item, at) end
      end
      local titles = vim.tbl_map(function(item) return item[2].title end, items)
      io.stderr:write("offered: " .. vim.inspect(titles) .. "\n")
      choice(nil)
    end
    vim.lsp.buf.code_action({ only = { "quickfix" } })
  end,
})
