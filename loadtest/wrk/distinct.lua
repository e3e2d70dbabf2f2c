-- Creates many distinct users, different ones in each thread. Builds the requests before the run,
-- since building one costs wrk more than sending it. After the last it starts with the first again:
--   wrk ... -s distinct.lua URL -- USERS_PER_THREAD

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local common = dofile(folder .. "common.lua")

common.send_creates()
done = common.report

local default_users = 10000
local last_names = { "Li", "Meere", "Müller-Lüdenscheidt", "O'Neill", "Ó Briain", "王" }
local first_names = { "Jo", "John", "Maximiliane", "Søren", "Zoë", "Anne-Sophie", "小明" }

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

local function body(number)
  local last_name = last_names[number % #last_names + 1]
  local first_name = first_names[number % #first_names + 1]
  return string.format(
    '{"last-name": "%s %d", "first-name": "%s", "email": "user%d.%d@example.com"}',
    last_name, number, first_name, thread_number, number)
end

local requests = {}
local next_request = 0

function init(arguments)
  for number = 1, tonumber(arguments[1]) or default_users do
    requests[number] = wrk.format(nil, nil, nil, body(number))
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
