--- What is turned on in the buffers that the server is attached to.
local config = require('speclint.config')

local M = {}

local group = vim.api.nvim_create_augroup('speclint', { clear = true })

---@param buffer integer
local function show_lenses(buffer)
  -- From 0.12 on, Neovim itself asks again when the text has changed.
  if vim.lsp.codelens.enable then
    return vim.lsp.codelens.enable(true, { bufnr = buffer })
  end
  local function refresh()
    if vim.api.nvim_buf_is_loaded(buffer) then
      vim.lsp.codelens.refresh({ bufnr = buffer })
    end
  end
  vim.api.nvim_clear_autocmds({ group = group, buffer = buffer })
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged', 'DiagnosticChanged' }, {
    group = group,
    buffer = buffer,
    desc = 'speclint: lenses are as the text is',
    callback = refresh,
  })
  refresh()
end

--- Turns on what is wanted whenever the server is attached to a buffer.
function M.enable()
  vim.api.nvim_clear_autocmds({ group = group })
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    desc = 'speclint: hints and lenses',
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if not client or client.name ~= 'speclint' then
        return
      end
      if config.current.inlay_hints then
        vim.lsp.inlay_hint.enable(true, { bufnr = event.buf })
      end
      if config.current.code_lens then
        show_lenses(event.buf)
      end
    end,
  })
end

return M
