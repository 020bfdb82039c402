-- What the user sets is what the server does.
local t = dofile(vim.env.TESTS .. '/neovim/harness.lua')

local cmd = { vim.env.SPECLINT, 'lsp' }

t.test('rules are chosen, those included that are off by default', function()
  require('speclint').setup({ cmd = cmd, settings = { ignore = { 'needs-mkdefault' }, select = { 'all' } } })
  t.open()
  vim.cmd('silent 5substitute/"tv"/"film"/')
  t.wait('another finding', function()
    local codes = vim.tbl_map(function(finding)
      return finding.code
    end, t.findings())
    return vim.deep_equal(codes, { 'tag-mismatch' })
  end)
end)

t.test('a rule that there is not is told', function()
  require('speclint').setup({ cmd = cmd, settings = { ignore = { 'needs-mkdefalt' }, select = {} } })
  local old, shown = vim.lsp.handlers['window/showMessage'], {}
  vim.lsp.handlers['window/showMessage'] = function(_, result)
    table.insert(shown, result.message)
  end
  t.open()
  t.wait('the message', function()
    return #shown > 0
  end)
  vim.lsp.handlers['window/showMessage'] = old
  t.has(shown[1], 'did you mean `needs-mkdefault`?')
end)

t.test('nothing set is nothing wrong', function()
  require('speclint').setup({ cmd = cmd, settings = {}, inlay_hints = false, code_lens = false, log_level = 'debug' })
  local shown = {}
  vim.lsp.handlers['window/showMessage'] = function(_, result)
    table.insert(shown, result.message)
  end
  t.open()
  t.wait_for_findings(2)
  t.equal(shown, {})
  t.equal(vim.lsp.inlay_hint.is_enabled({ bufnr = 0 }), false)
  t.equal(#vim.lsp.codelens.get(0), 0)
  -- The log has more than what goes wrong.
  vim.cmd('Speclint log')
  t.has(table.concat(vim.fn.getline(1, '$'), '\n'), 'analysed')
end)

t.test('columns are right in bytes as well', function()
  local server = require('speclint.server')
  local old = server.defaults
  server.defaults = function()
    local set = old()
    set.capabilities = vim.tbl_deep_extend('force', set.capabilities, { general = { positionEncodings = { 'utf-8' } } })
    return set
  end
  require('speclint').setup({ cmd = cmd })
  t.open()
  t.wait_for_findings(2)
  t.equal(vim.lsp.get_clients({ bufnr = 0 })[1].offset_encoding, 'utf-8')
  t.equal(t.underlined(t.findings()[1]), 'services.xserver.enable = true;')
  vim.cmd('Speclint fix')
  t.wait_for_findings(0)
  vim.cmd('silent wall')
  t.equal(t.is_mended('configuration.nix'), true)
end)

t.test('the project is the repository, unless that is all of the home folder', function()
  require('speclint').setup({ cmd = cmd })
  local folder = vim.uv.fs_realpath(t.open())
  vim.fn.mkdir(folder .. '/nixos/hosts', 'p')
  vim.fn.writefile({ '{ outputs = _: { }; }' }, folder .. '/nixos/flake.nix')
  vim.fn.writefile({ '{ }' }, folder .. '/nixos/hosts/atlas.nix')
  vim.cmd.edit(folder .. '/nixos/hosts/atlas.nix')
  local root = require('speclint.server').root
  t.equal(root(0), folder)
  local home = vim.env.HOME
  vim.env.HOME = folder
  local at_home = root(0)
  vim.env.HOME = home
  t.equal(at_home, folder .. '/nixos')
end)

t.test('what is no file has no server', function()
  require('speclint').setup({ cmd = cmd })
  t.open()
  t.wait_for_findings(2)
  vim.cmd('enew')
  vim.bo.buftype = 'nofile'
  vim.bo.filetype = 'nix'
  vim.cmd('edit diff://a/configuration.nix')
  vim.bo.filetype = 'nix'
  vim.wait(300)
  t.equal(#vim.lsp.get_clients({ bufnr = 0 }), 0)
end)

t.finish()
