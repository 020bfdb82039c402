---@meta
--- What the server answers to `speclint.show` in the format `json`.

---@class speclint.Location
---@field uri string
---@field range lsp.Range

---@class speclint.Definition
---@field by string
---@field value string?
---@field priority integer
---@field state 'wins'|'loses'|'off'|'maybe'
---@field location speclint.Location?

---@class speclint.Cell
---@field status 'ok'|'conflict'|'recursion'|'undefined'|'unknown'|'refused'
---@field text string
---@field priority integer?
---@field changes boolean
---@field own boolean
---@field definitions speclint.Definition[]

---@class speclint.Trouble
---@field message string
---@field refused boolean
---@field location speclint.Location?

---@class speclint.Specialisation
---@field name string
---@field inherits boolean?
---@field certain boolean
---@field summary string
---@field troubles speclint.Trouble[]
---@field locations speclint.Location[]

---@class speclint.System
---@field name string
---@field entry string
---@field troubles speclint.Trouble[]
---@field specialisations speclint.Specialisation[]
---@field options { path: string, base: speclint.Cell, specialisations: table<string, speclint.Cell> }[]
