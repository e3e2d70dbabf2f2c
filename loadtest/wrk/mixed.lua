-- One create in five; the rest are reads of existing users. Each thread reads ids from its own 201
-- answers, and only creates until it knows some.

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local common = dofile(folder .. "common.lua")

common.send_creates()
done = common.report

local requests_a_create = 5
local ids_at_start = 100
-- Beyond that a new id replaces an old one, so that memory does not grow during the run.
local max_ids = 100000

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

local create
local read_head, read_tail
local ids = {}
local learned = 0
local sent = 0

function init()
  math.randomseed(thread_number)
  create = wrk.format()
  read_head = "GET /users/"
  read_tail = " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\n\r\n"
end

function request()
  sent = sent + 1
  if sent % requests_a_create == 0 or learned < ids_at_start then return create end
  return read_head .. ids[math.random(#ids)] .. read_tail
end

function response(status, headers)
  if status ~= 201 then return end
  -- Header names are case-insensitive, and wrk passes them on as received.
  local location = headers["Location"] or headers["location"] or ""
  local id = location:match("/users/(%d+)$")
  if not id then return end
  ids[learned % max_ids + 1] = id
  learned = learned + 1
end
