// check() and fail() of k6; the rest of the module is not used here.

import { record } from './record.mjs';

export function check(value, conditions) {
  let all = true;
  for (const [name, condition] of Object.entries(conditions)) {
    const passed = Boolean(condition(value));
    record.checks.push({ name, passed });
    all &&= passed;
  }
  return all;
}

export function fail(message) {
  throw new Error(message);
}
