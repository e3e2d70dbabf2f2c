// Mixed load for k6 at a rate that does not depend on the answers: creates, reads of existing users,
// and a few invalid users. Thresholds say what counts as good.
//
//   k6 run -e BASE_URL=http://127.0.0.1:3000 -e PEAK_RATE=2000 users.js

import { check, fail } from 'k6';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const baseUrl = (__ENV.BASE_URL || 'http://127.0.0.1:3000').replace(/\/$/, '');
/** Requests a second of all scenarios together, at the peak. */
const peakRate = Number(__ENV.PEAK_RATE || 1000);

/** How long each stage takes; the peak holds for the second. */
const durations = { rise: '20s', peak: '60s', fall: '10s' };
const usersAtStart = 100;

const usersCreated = new Counter('users_created');

/**
 * A scenario that takes its share of the peak rate. Its rate does not depend on the answers: when
 * they are slow k6 takes more of its virtual users, and counts what it could not start.
 * @param {string} exec
 * @param {number} share
 * @returns {import('k6/options').RampingArrivalRateScenario}
 */
function arrivals(exec, share) {
  const rate = Math.max(1, Math.round(peakRate * share));
  return {
    executor: 'ramping-arrival-rate',
    exec,
    startRate: 1,
    timeUnit: '1s',
    preAllocatedVUs: Math.max(2, Math.ceil(rate / 50)),
    maxVUs: Math.max(10, rate),
    stages: [
      { duration: durations.rise, target: rate },
      { duration: durations.peak, target: rate },
      { duration: durations.fall, target: 0 },
    ],
  };
}

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: {
    create: arrivals('createUser', 0.2),
    read: arrivals('readUser', 0.78),
    refuse: arrivals('refuseUser', 0.02),
  },
  thresholds: {
    checks: ['rate>0.999'],
    http_req_failed: ['rate<0.001'],
    'http_req_duration{name:create}': ['p(95)<50', 'p(99)<100'],
    'http_req_duration{name:read}': ['p(95)<25', 'p(99)<50'],
    dropped_iterations: ['count<10'],
    users_created: ['count>0'],
  },
  summaryTrendStats: ['min', 'med', 'avg', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)', 'max'],
};

// The tag makes the addresses of many users one row in k6's output.
const headers = { 'Content-Type': 'application/json' };
const createParams = { headers, tags: { name: 'create' } };
const readParams = { tags: { name: 'read' } };
// 400 is the right answer here, so the request has not failed.
const refuseParams = {
  headers,
  tags: { name: 'refuse' },
  responseCallback: http.expectedStatuses(400),
};

/** @param {number} number */
function makeUser(number) {
  return {
    'last-name': `Meere ${number}`,
    'first-name': 'John',
    email: `john.${number}@example.com`,
  };
}

/** @param {ReturnType<typeof makeUser>} user */
function postUser(user) {
  return http.post(`${baseUrl}/users`, JSON.stringify(user), createParams);
}

/** The members that a user has in an answer, or nothing when the body is not JSON.
 * @param {import('k6/http').RefinedResponse<any>} response
 * @returns {Record<string, unknown>}
 */
function bodyOf(response) {
  try {
    return /** @type {Record<string, unknown>} */ (response.json());
  } catch {
    return {};
  }
}

/** Creates what the reads will ask for. */
export function setup() {
  const ids = [];
  for (let number = 1; number <= usersAtStart; ++number) {
    const response = postUser(makeUser(number));
    if (response.status !== 201) fail(`${baseUrl} answered a create with ${response.status}`);
    ids.push(Number(bodyOf(response).id));
  }
  return { ids };
}

export function createUser() {
  const user = makeUser(Math.floor(Math.random() * 1e9));
  const response = postUser(user);
  const body = bodyOf(response);
  const created = check(response, {
    'a create is answered 201': (r) => r.status === 201,
    'Location is the address of the user': (r) =>
      String(r.headers.Location).endsWith(`/users/${body.id}`),
    'the body is the user with its id': () =>
      Number.isInteger(body.id) &&
      Object.entries(user).every(([name, value]) => body[name] === value),
  });
  if (created) usersCreated.add(1);
}

/** @param {{ ids: number[] }} data */
export function readUser(data) {
  const id = data.ids[Math.floor(Math.random() * data.ids.length)];
  const response = http.get(`${baseUrl}/users/${id}`, readParams);
  check(response, {
    'a read is answered 200': (r) => r.status === 200,
    'the user read is the one asked for': (r) => bodyOf(r).id === id,
  });
}

export function refuseUser() {
  const response = http.post(`${baseUrl}/users`, '{"last-name": 5}', refuseParams);
  check(response, { 'an invalid user is answered 400': (r) => r.status === 400 });
}

// Without scenarios (k6 run --vus 1 --iterations 1), runs each of the three once.
/** @param {{ ids: number[] }} data */
export default function (data) {
  createUser();
  readUser(data);
  refuseUser();
}
