-- The create of the contract, the same in every request: wrk sends it without a call into Lua.

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local common = dofile(folder .. "common.lua")

common.send_creates()
done = common.report
