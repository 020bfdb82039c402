-- What is found and how it is mended.
local t = dofile(vim.env.TESTS .. '/neovim/harness.lua')

local function client()
  return vim.lsp.get_clients({ bufnr = 0, name = 'speclint' })[1]
end

t.test('findings stand at their places, behind wide characters', function()
  local folder = t.open()
  t.equal(vim.bo.filetype, 'nix')
  t.wait_for_findings(2)
  local tv, gaming = unpack(t.findings())
  t.equal(t.underlined(tv), 'services.xserver.enable = true;')
  t.equal(t.underlined(gaming), 'boot.loader.timeout = 0;')
  t.equal({ tv.severity, tv.code }, { vim.diagnostic.severity.ERROR, 'needs-mkdefault' })
  t.has(tv.message, '`services.xserver.enable` cannot be both false and true in specialisation `tv`')
  t.equal(vim.uv.fs_realpath(client().root_dir), vim.uv.fs_realpath(folder))
  t.equal(client().offset_encoding, 'utf-16')
end)

t.test('the mend is chosen from the menu, and changes the parent', function()
  t.open()
  t.wait_for_findings(2)
  for _, left in ipairs({ 1, 0 }) do
    local finding = t.findings()[1]
    vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
    local offered = t.choose('mkDefault')
    vim.lsp.buf.code_action()
    t.wait_for_findings(left)
    t.has(offered[1], 'lib.mkDefault')
    t.has(table.concat(offered, '\n'), 'Ignore needs-mkdefault here')
  end
  vim.cmd('silent wall')
  t.equal(t.is_mended('configuration.nix'), true)
  t.equal(t.is_mended('specialisations.nix'), true)
end)

t.test('what the parent becomes while one types changes what is found', function()
  t.open()
  t.wait_for_findings(2)
  local child = vim.api.nvim_get_current_buf()
  vim.cmd.edit('configuration.nix')
  vim.fn.search('timeout = \\zs3')
  vim.cmd.normal({ 's0', bang = true })
  vim.cmd.buffer(child)
  -- It is not 3 any more.
  t.wait('one finding less', function()
    local codes = vim.tbl_map(function(finding)
      return finding.code
    end, t.findings())
    return vim.deep_equal(codes, { 'needs-mkdefault', 'empty-specialisation' })
  end)
end)

t.test('on hover, the table of the option', function()
  t.open()
  t.wait_for_findings(2)
  vim.fn.cursor(8, 1)
  vim.fn.search('enable')
  vim.lsp.buf.hover()
  local shown = table.concat(t.float(), '\n')
  t.has(shown, 'services.xserver.enable')
  t.has(shown, '**conflict**')
  t.has(shown, 'configuration.nix:10')
end)

t.test('one goes to where the other definition stands', function()
  t.open()
  t.wait_for_findings(2)
  local finding = t.findings()[1]
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  local offered
  vim.lsp.buf.definition({
    on_list = function(list)
      offered = vim.tbl_map(function(item)
        return vim.fs.basename(item.filename) .. ':' .. item.lnum
      end, list.items)
    end,
  })
  t.wait('definitions', function()
    return offered
  end)
  table.sort(offered)
  t.has(table.concat(offered, ' '), 'configuration.nix:10')
end)

t.test('hints and lenses', function()
  t.open()
  t.wait_for_findings(2)
  if vim.env.START == 'setup' then
    t.equal(vim.lsp.inlay_hint.is_enabled({ bufnr = 0 }), true)
  else
    t.equal(vim.lsp.inlay_hint.is_enabled({ bufnr = 0 }), false)
    vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
    vim.lsp.codelens.refresh({ bufnr = 0 })
  end
  t.wait('hints', function()
    return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0
  end)
  local hints = vim.tbl_map(function(hint)
    return hint.inlay_hint.label
  end, vim.lsp.inlay_hint.get({ bufnr = 0 }))
  t.has(table.concat(hints, '\n'), 'conflicts with false (configuration.nix:10)')
  t.wait('lenses', function()
    return #vim.lsp.codelens.get(0) > 0
  end)
  local lenses = vim.tbl_map(function(lens)
    return lens.command.title
  end, vim.lsp.codelens.get(0))
  t.has(table.concat(lenses, '\n'), 'tv: changes')
  -- Running the one above `tv` opens its table.
  vim.fn.cursor(4, 1)
  local offered = t.choose('tv: changes')
  vim.lsp.codelens.run()
  local shown = t.float()
  t.has(offered[1], '2 specialisations, 2 conflicts | show as table')
  t.has(table.concat(shown, '\n'), 'services.xserver.enable')
  t.equal(vim.bo.filetype, 'speclint')
end)

t.finish()
