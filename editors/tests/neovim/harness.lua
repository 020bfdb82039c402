--- What the specs are written with.
local M = {}

M.tests = vim.env.TESTS
M.is_011 = vim.fn.has('nvim-0.11') == 1
local patience = (tonumber(vim.env.PATIENCE) or 30) * 1000
local passed, failed = 0, 0

--- What the user was told, by messages.
M.told = {}
vim.notify = function(text)
  table.insert(M.told, text)
end

function M.wait(what, condition)
  local ok = vim.wait(patience, condition, 20)
  if not ok then
    error(('timed out: %s\ntold: %s'):format(what, table.concat(M.told, '\n')), 2)
  end
end

function M.equal(actual, wanted)
  if not vim.deep_equal(actual, wanted) then
    error(('is %s\nand not %s'):format(vim.inspect(actual), vim.inspect(wanted)), 2)
  end
end

function M.has(text, part)
  if not text:find(part, 1, true) then
    error(('`%s` is not in\n%s'):format(part, text), 2)
  end
end

--- Waits until the user has been told something that contains a text, and forgets what was told.
function M.is_told(part)
  M.wait('told: ' .. part, function()
    return table.concat(M.told, '\n'):find(part, 1, true) ~= nil
  end)
  local all = table.concat(M.told, '\n')
  M.told = {}
  return all
end

--- Opens a fresh copy of the configuration in which two findings are.
function M.open(file)
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder .. '/.git', 'p')
  for _, name in ipairs({ 'configuration.nix', 'specialisations.nix' }) do
    vim.uv.fs_copyfile(('%s/fixture/%s'):format(M.tests, name), ('%s/%s'):format(folder, name))
  end
  vim.cmd.cd(folder)
  M.told = {}
  vim.cmd.edit(file or 'specialisations.nix')
  return folder
end

--- The findings of the current buffer, in order.
function M.findings()
  local found = vim.tbl_filter(function(diagnostic)
    return diagnostic.source == 'speclint'
  end, vim.diagnostic.get(0))
  table.sort(found, function(a, b)
    return a.lnum < b.lnum
  end)
  return found
end

function M.wait_for_findings(count)
  M.wait(('%d findings, and not %d'):format(count, #M.findings()), function()
    return #M.findings() == count
  end)
end

--- The text that a finding underlines. Neovim counts bytes.
function M.underlined(diagnostic)
  M.equal(diagnostic.lnum, diagnostic.end_lnum)
  return vim.fn.getline(diagnostic.lnum + 1):sub(diagnostic.col + 1, diagnostic.end_col)
end

--- Whether a file on disk is what it is to become.
function M.is_mended(file)
  return vim.deep_equal(vim.fn.readfile(file), vim.fn.readfile(('%s/fixture-after/%s'):format(M.tests, file)))
end

--- The lines of the floating window, once there is one.
function M.float()
  local found
  M.wait('a floating window', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        found = window
      end
    end
    return found ~= nil
  end)
  return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(found), 0, -1, true), found
end

--- Presses keys.
function M.press(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), 'x', false)
end

--- Answers the next menu by choosing what contains a text. What was offered is returned in a list that fills later.
function M.choose(part)
  local offered = {}
  local old = vim.ui.select
  vim.ui.select = function(items, options, callback)
    vim.ui.select = old
    local chosen
    for index, item in ipairs(items) do
      local text = options.format_item and options.format_item(item) or tostring(item)
      table.insert(offered, text)
      if not chosen and text:find(part, 1, true) then
        chosen = index
      end
    end
    callback(chosen and items[chosen], chosen)
  end
  return offered
end

function M.test(name, body)
  local ok, problem = xpcall(body, debug.traceback)
  if ok then
    passed = passed + 1
  else
    failed = failed + 1
  end
  io.stdout:write(('%s %s\n%s'):format(ok and 'ok  ' or 'FAIL', name, ok and '' or problem .. '\n'))
  pcall(vim.cmd, 'silent! %bwipeout!')
  M.stop()
end

--- Ends all servers.
function M.stop()
  for _, client in ipairs(vim.lsp.get_clients()) do
    pcall(vim.lsp.stop_client, client.id)
  end
  vim.wait(3000, function()
    return #vim.lsp.get_clients() == 0
  end)
end

function M.finish()
  io.stdout:write(('%d passed, %d failed\n'):format(passed, failed))
  io.stdout:flush()
  M.stop()
  vim.cmd(failed == 0 and 'qall!' or 'cquit 1')
end

return M
