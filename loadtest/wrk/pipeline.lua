-- 16 creates in one write (HTTP pipelining); the next 16 follow when all are answered.

local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local common = dofile(folder .. "common.lua")

common.send_creates()

-- No percentiles: wrk 4.1 adds samples for requests that it believes a slow answer held back
-- (stats_correct). It counts answers for that but times whole writes, so with 16 answers per write it
-- adds far too many, and its p99 comes out as 0.
function done(summary)
  common.report(summary)
end

local creates_a_write = 16
local requests

function init()
  requests = string.rep(wrk.format(), creates_a_write)
end

function request()
  return requests
end
