-- Creates users, each request with a field whose value was never sent before:
--   wrk ... -s key.lua URL -- FIELD RUN
-- FIELD is Idempotency-Key, or any other name for the same load without keys; RUN is a number that
-- differs from run to run of one server.

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local common = dofile(folder .. "common.lua")

common.send_creates()
done = common.report

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

local before, after, number

function init(arguments)
  local whole = wrk.format("POST", nil, nil, nil)
  local head_end = whole:find("\r\n\r\n", 1, true)
  before = whole:sub(1, head_end + 1) .. (arguments[1] or "Idempotency-Key") .. ": " ..
    string.format("%s-%d-", arguments[2] or "0", thread_number)
  after = whole:sub(head_end)
  number = 0
end

function request()
  number = number + 1
  return before .. string.format("%012d", number) .. after
end
