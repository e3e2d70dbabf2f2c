-- Reads users by their ids, which are 1 to USERS, in random turn. Builds the requests before the run:
--   wrk ... -s get_any.lua URL -- USERS

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local common = dofile(folder .. "common.lua")

done = common.report

local requests_at_most = 10000

local requests = {}
local next_request = 0

function init(arguments)
  local users = tonumber(arguments[1])
  for number = 1, requests_at_most do
    requests[number] = wrk.format(nil, "/users/" .. math.random(users))
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
