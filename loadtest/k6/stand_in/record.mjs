// What a script did through the stand-ins, for check.mjs to judge.

export const record = {
  /** Metrics by name: those of k6 that can be here, then the script's own. */
  metrics: new Map([
    ['checks', 'rate'],
    ['data_received', 'counter'],
    ['data_sent', 'counter'],
    ['dropped_iterations', 'counter'],
    ['http_req_blocked', 'trend'],
    ['http_req_connecting', 'trend'],
    ['http_req_duration', 'trend'],
    ['http_req_failed', 'rate'],
    ['http_req_receiving', 'trend'],
    ['http_req_sending', 'trend'],
    ['http_req_waiting', 'trend'],
    ['http_reqs', 'counter'],
    ['iteration_duration', 'trend'],
    ['iterations', 'counter'],
    ['vus', 'gauge'],
    ['vus_max', 'gauge'],
  ]),
  /** { url, status, expected, tags } of each request. */
  requests: [],
  /** { name, passed } of each condition of each check(). */
  checks: [],
  /** Sums of the script's counters. */
  counts: new Map(),
};
