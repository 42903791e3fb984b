-- Neovim 0.11: asks for diagnostics, and has vim.lsp.config.
local steps = dofile(vim.env.HERE .. "/steps.lua")

steps.run({
  attach = function()
    vim.lsp.config("prodguard", {
      cmd = { vim.env.PRODGUARD, "lsp" },
      filetypes = { "ruby", "python", "cs", "eruby" },
      root_markers = { "prodguard.toml", ".git" },
      settings = { prodguard = {} },
    })
    vim.lsp.enable("prodguard")
  end,
  client = function()
    local client = vim.lsp.get_clients({ name = "prodguard" })[1]
    assert(client:supports_method("textDocument/diagnostic"), "diagnostics can be asked for")
    return client
  end,
  choose = function(title)
    vim.lsp.buf.code_action({
      context = { only = { "quickfix" } },
      filter = function(action) return action.title == title end,
      apply = true,
    })
  end,
})
