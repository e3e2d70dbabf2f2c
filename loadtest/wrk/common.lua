-- The part that the other scripts share.

local common = {}

-- A user as the contract's example sends it.
common.example_body =
  '{"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"}'

-- Every request of the run is a create, unless the script says otherwise.
function common.send_creates()
  wrk.method = "POST"
  wrk.path = "/users"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = common.example_body
end

-- Prints one line for programs after wrk's own output. Times are in microseconds. wrk counts only
-- statuses above 399; the service sends none from 300 to 399 here, so those are all the non-2xx.
-- Without `latency` the line has no percentiles.
function common.report(summary, latency)
  local errors = summary.errors
  local fields = {
    { "requests", summary.requests },
    { "duration_us", summary.duration },
    { "non_2xx", errors.status },
    { "socket_errors", errors.connect + errors.read + errors.write + errors.timeout },
  }
  for _, percent in ipairs(latency and { "50", "90", "99", "99.9" } or {}) do
    local name = "p" .. percent:gsub("%.", "_") .. "_us"
    table.insert(fields, { name, latency:percentile(tonumber(percent)) })
  end
  local line = "result"
  for _, field in ipairs(fields) do
    line = line .. string.format(" %s=%.0f", field[1], field[2])
  end
  print(line)
end

return common
