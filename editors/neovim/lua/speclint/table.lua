--- The table of a system as lines of text: what each specialisation makes of which option, and by which definitions.
local M = {}

--- A line of the table.
---@class speclint.Line
---@field text string
---@field marks { from: integer, to: integer, group: string }[] What is highlighted, in bytes.
---@field jump? speclint.Location Where it leads.
---@field key? string What is opened and closed there.
---@field is_open? boolean
---@field heading? boolean

local MOST_OF_PATH = 46
local MOST_OF_VALUE = 30
local LEAST_OF_VALUE = 10
local MOST_OF_DEFINITION = 60

local groups = {
  ok = 'SpeclintValue',
  conflict = 'SpeclintConflict',
  recursion = 'SpeclintConflict',
  refused = 'SpeclintConflict',
  undefined = 'SpeclintNothing',
  unknown = 'SpeclintNothing',
}

local priorities = { [10] = 'mkVMOverride', [50] = 'mkForce', [1000] = 'mkDefault', [1500] = 'mkOptionDefault' }

local states = { loses = 'loses', off = 'its condition does not hold', maybe = 'its condition is not known' }

local width = vim.fn.strdisplaywidth

---@param value any
---@return any
local function given(value)
  if value == vim.NIL then
    return nil
  end
  return value
end

---@param text string
---@return string
local function one_line(text)
  return (text:gsub('[%s%c]+', ' '))
end

--- A text in as many columns as there are, filled up or cut.
---@param text string
---@param columns integer
---@return string
local function fit(text, columns)
  text = one_line(text)
  if width(text) > columns then
    text = vim.fn.strcharpart(text, 0, columns)
    while width(text) > columns - 1 do
      text = vim.fn.strcharpart(text, 0, vim.fn.strchars(text) - 1)
    end
    text = text .. '…'
  end
  return text .. (' '):rep(columns - width(text))
end

--- Puts a line together of parts, each with what highlights it.
---@param parts { [1]: string, [2]: string? }[]
---@param line? table
---@return speclint.Line
local function joined(parts, line)
  line = line or {}
  line.text, line.marks = '', {}
  for _, part in ipairs(parts) do
    local from = #line.text
    line.text = line.text .. part[1]
    if part[2] then
      table.insert(line.marks, { from = from, to = from + #vim.trim('|' .. part[1]) - 1, group = part[2] })
    end
  end
  line.text = line.text:gsub('%s+$', '')
  return line
end

--- How many columns texts need, of those that there are.
---@param texts string[]
---@param most integer
---@return integer
local function columns_of(texts, most)
  local columns = 0
  for _, text in ipairs(texts) do
    columns = math.max(columns, width(one_line(text)))
  end
  return math.min(columns, most)
end

---@param definition speclint.Definition
---@return string
local function value_of(definition)
  return given(definition.value) or 'not known'
end

---@param definition speclint.Definition
---@param columns integer
---@return speclint.Line
local function definition_line(definition, columns)
  local parts = {
    {
      '      ' .. fit(value_of(definition), columns),
      definition.state == 'wins' and 'SpeclintValue' or 'SpeclintNothing',
    },
    { '  ' },
    { definition.by, given(definition.location) and 'SpeclintPlace' or 'SpeclintNothing' },
  }
  local notes = {}
  if definition.priority ~= 100 then
    table.insert(notes, priorities[definition.priority] or ('priority %d'):format(definition.priority))
  end
  table.insert(notes, states[definition.state])
  if #notes > 0 then
    table.insert(parts, { '  ' .. table.concat(notes, ', '), 'SpeclintNothing' })
  end
  return joined(parts, { jump = given(definition.location) })
end

--- The definitions that make what a specialisation has of an option, or what it has not.
---@param cell speclint.Cell
---@param base speclint.Cell
---@return speclint.Definition[]
local function definitions_of(cell, base)
  return #cell.definitions > 0 and cell.definitions or base.definitions
end

--- Where one wants to go from an option: to what the specialisation itself sets, or else to what counts.
---@param definitions speclint.Definition[]
---@return speclint.Location?
local function first_place(definitions)
  for _, wanted in ipairs({ 'wins', 'loses', 'maybe', 'off' }) do
    for _, definition in ipairs(definitions) do
      if definition.state == wanted and given(definition.location) then
        return definition.location
      end
    end
  end
end

---@param lines speclint.Line[]
---@param troubles speclint.Trouble[]
local function add_troubles(lines, troubles)
  for _, trouble in ipairs(troubles) do
    local what = trouble.refused and 'refused: ' or 'not known: '
    local group = trouble.refused and 'SpeclintConflict' or 'SpeclintNothing'
    table.insert(
      lines,
      joined({ { '  ' .. one_line(what .. trouble.message), group } }, { jump = given(trouble.location) })
    )
  end
end

---@param system speclint.System
---@param specialisation speclint.Specialisation
---@param opened table<string, boolean>
---@param most integer
---@return speclint.Line[]
local function section(system, specialisation, opened, most)
  local title = specialisation.name .. (specialisation.certain and '' or ' (perhaps)')
  local notes = { specialisation.summary }
  if given(specialisation.inherits) == false then
    table.insert(notes, "without its parent's configuration")
  elseif given(specialisation.inherits) == nil then
    table.insert(notes, "unknown whether it has its parent's configuration")
  end
  local heading = joined(
    { { title, 'SpeclintTitle' }, { '  ' .. table.concat(notes, ', '), 'SpeclintNothing' } },
    { jump = specialisation.locations[1], heading = true }
  )
  local lines = { heading }
  add_troubles(lines, specialisation.troubles)
  local rows = vim.tbl_filter(function(option)
    local cell = option.specialisations[specialisation.name]
    return cell and (cell.changes or cell.own)
  end, system.options)
  local paths, bases, heres = {}, { 'base' }, { title }
  for _, option in ipairs(rows) do
    table.insert(paths, option.path)
    table.insert(bases, option.base.text)
    table.insert(heres, option.specialisations[specialisation.name].text)
  end
  local of_path = columns_of(paths, MOST_OF_PATH)
  local of_base, of_here = columns_of(bases, MOST_OF_VALUE), columns_of(heres, MOST_OF_VALUE)
  -- Where there is no room for both values, each gets its part of it.
  local room = most - width('  ▸ ') - of_path - 2 - 2
  if of_base + of_here > room then
    local half = math.max(LEAST_OF_VALUE, math.floor(room / 2))
    of_base = math.min(of_base, math.max(half, room - of_here))
    of_here = math.min(of_here, math.max(half, room - of_base))
  end
  for _, option in ipairs(rows) do
    local cell = option.specialisations[specialisation.name]
    local definitions = definitions_of(cell, option.base)
    local key = ('%s\n%s\n%s'):format(system.name, specialisation.name, option.path)
    -- Of a conflict, both sides are what one wants to see.
    local is_open = opened[key]
    if is_open == nil then
      is_open = cell.status == 'conflict'
    end
    local mark = #definitions == 0 and '  ' or is_open and '▾ ' or '▸ '
    table.insert(
      lines,
      joined({
        { '  ' .. mark, 'SpeclintNothing' },
        { fit(option.path, of_path), 'SpeclintOption' },
        { '  ' },
        { fit(option.base.text, of_base), groups[option.base.status] },
        { '  ' },
        { fit(cell.text, of_here), groups[cell.status] },
      }, { jump = first_place(definitions), key = #definitions > 0 and key or nil, is_open = is_open })
    )
    if is_open then
      local of_value = columns_of(vim.tbl_map(value_of, definitions), MOST_OF_DEFINITION)
      for _, definition in ipairs(definitions) do
        table.insert(lines, definition_line(definition, of_value))
      end
    end
  end
  if #rows > 0 then
    local columns = joined({
      { '    ' .. fit('option', of_path) .. '  ' .. fit('base', of_base) .. '  ' .. title, 'SpeclintHead' },
    })
    table.insert(lines, #specialisation.troubles + 2, columns)
  end
  return lines
end

--- The lines of systems; with a name, only of the specialisation of that name.
---@param systems speclint.System[]
---@param only? string
---@param opened table<string, boolean> What the user has opened and closed.
---@param most integer How many columns there are.
---@return speclint.Line[]
function M.lines(systems, only, opened, most)
  local lines = {}
  for _, system in ipairs(systems) do
    if #lines > 0 then
      table.insert(lines, joined({}))
    end
    local start = { start = { line = 0, character = 0 }, ['end'] = { line = 0, character = 0 } }
    local entry = vim.fn.fnamemodify(vim.uri_to_fname(system.entry), ':~:.')
    table.insert(
      lines,
      joined(
        { { system.name, 'SpeclintTitle' }, { system.name == entry and '' or '  ' .. entry, 'SpeclintPlace' } },
        { jump = { uri = system.entry, range = start }, heading = true }
      )
    )
    add_troubles(lines, system.troubles)
    local shown = vim.tbl_filter(function(specialisation)
      return not only or specialisation.name == only
    end, system.specialisations)
    for _, specialisation in ipairs(shown) do
      table.insert(lines, joined({}))
      vim.list_extend(lines, section(system, specialisation, opened, most))
    end
    if #shown == 0 then
      table.insert(lines, joined({ { '  no specialisations', 'SpeclintNothing' } }))
    end
  end
  return lines
end

return M
