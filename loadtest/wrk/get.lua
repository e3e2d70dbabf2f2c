-- Reads one fixed user, the first: wrk sends it without a call into Lua. The server must have it.

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local common = dofile(folder .. "common.lua")

wrk.path = "/users/1"
done = common.report
