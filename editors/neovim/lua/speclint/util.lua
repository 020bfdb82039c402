--- What differs between versions of Neovim, and how the user is told something.
local M = {}

---@param text string
---@param level? integer
function M.tell(text, level)
  vim.notify('speclint: ' .. text, level or vim.log.levels.INFO, { title = 'speclint' })
end

--- Asks a server something.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param buffer integer
---@param callback fun(error: lsp.ResponseError?, result: any)
function M.request(client, method, params, buffer, callback)
  local function answered(error, result)
    callback(error, result)
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, answered, buffer)
  else
    ---@diagnostic disable-next-line: param-type-mismatch
    client.request(method, params, answered, buffer)
  end
end

--- Ends a server.
---@param client vim.lsp.Client
---@param force? boolean
function M.stop(client, force)
  if vim.fn.has('nvim-0.11') == 1 then
    client:stop(force)
  else
    ---@diagnostic disable-next-line: param-type-mismatch
    client.stop(force)
  end
end

--- The file of what servers say.
---@return string
function M.log_path()
  if vim.lsp.log and vim.lsp.log.get_filename then
    return vim.lsp.log.get_filename()
  end
  return vim.lsp.get_log_path()
end

--- A file as it is shown: from the current folder, or from home.
---@param path string
---@return string
function M.shown(path)
  return vim.fn.fnamemodify(path, ':~:.')
end

return M
