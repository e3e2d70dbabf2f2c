// Runs the exports of a k6 script against a real server, with substitutes for k6's modules. Fails
// when k6 would: a check fails, a scenario names an unknown function, a threshold an unknown metric.
//
//   BASE_URL=http://127.0.0.1:PORT node check.mjs [SCRIPT]

import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { record } from './stand_in/record.mjs';

const iterations = 5;
const executors = {
  'shared-iterations': ['vus', 'iterations'],
  'per-vu-iterations': ['vus', 'iterations'],
  'constant-vus': ['vus', 'duration'],
  'ramping-vus': ['stages'],
  'constant-arrival-rate': ['rate', 'duration', 'preAllocatedVUs'],
  'ramping-arrival-rate': ['stages', 'preAllocatedVUs'],
};
const aggregations = {
  counter: /^(count|rate)$/,
  gauge: /^value$/,
  rate: /^rate$/,
  trend: /^(avg|min|med|max|p\(\d{1,2}(\.\d+)?\))$/,
};

const problems = [];
const complain = (text) => problems.push(text);

function judgeScenarios(script) {
  for (const [name, scenario] of Object.entries(script.options?.scenarios ?? {})) {
    const needed = executors[scenario.executor];
    if (!needed) complain(`scenario ${name}: no executor is called ${scenario.executor}`);
    for (const member of needed ?? []) {
      if (scenario[member] === undefined) complain(`scenario ${name} has no ${member}`);
    }
    if (typeof script[scenario.exec ?? 'default'] !== 'function') {
      complain(`scenario ${name}: the script exports no function ${scenario.exec ?? 'default'}`);
    }
    for (const stage of scenario.stages ?? []) {
      if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(stage.duration) || !Number.isInteger(stage.target)) {
        complain(`scenario ${name}: a stage is ${JSON.stringify(stage)}`);
      }
    }
  }
}

function judgeThreshold(name, expression) {
  const [, metric, tag] = /^([^{]+)(?:\{(.*)\})?$/.exec(name) ?? [];
  const type = record.metrics.get(metric);
  if (!type) return complain(`threshold ${name}: no metric is called ${metric}`);
  const parts = /^([^<>=!]+?)\s*(<|<=|>|>=|==|===|!=)\s*(-?\d+(\.\d+)?)$/.exec(expression.trim());
  if (!parts) return complain(`threshold ${name}: cannot be read: ${expression}`);
  if (!aggregations[type].test(parts[1])) {
    return complain(`threshold ${name}: a ${type} has no ${parts[1]}`);
  }
  if (tag === undefined) return undefined;
  const [key, value] = tag.split(':').map((text) => text.trim());
  if (!record.requests.some((request) => request.tags[key] === value)) {
    complain(`threshold ${name}: no request has the tag ${key}:${value}`);
  }
  return undefined;
}

function judgeThresholds(script) {
  for (const [name, list] of Object.entries(script.options?.thresholds ?? {})) {
    for (const each of list) judgeThreshold(name, typeof each === 'string' ? each : each.threshold);
  }
}

function judgeRun() {
  for (const { name, passed } of record.checks) if (!passed) complain(`failed: ${name}`);
  for (const { url, status, expected } of record.requests) {
    if (!expected) complain(`${url} was answered ${status}`);
  }
  if (record.checks.length === 0) complain('the script checks nothing');
}

/** Every function that k6 would call: setup, each scenario's (or the default), teardown. */
function runScript(script) {
  const data = script.setup?.();
  const scenarios = Object.values(script.options?.scenarios ?? {});
  const names = new Set(['default', ...scenarios.map((each) => each.exec ?? 'default')]);
  for (const name of names) {
    if (typeof script[name] !== 'function') continue;
    for (let i = 0; i < iterations; ++i) {
      // Like k6, passes the value that setup returned through JSON.
      script[name](data === undefined ? undefined : JSON.parse(JSON.stringify(data)));
    }
  }
  script.teardown?.(data);
}

register('./stand_in/hooks.mjs', import.meta.url);
globalThis.__ENV = process.env;
const script = await import(pathToFileURL(resolve(process.argv[2] ?? 'users.js')).href);
try {
  runScript(script);
} catch (error) {
  complain(`the script threw: ${error.message}`);
}
judgeScenarios(script);
judgeThresholds(script);
judgeRun();

for (const problem of new Set(problems)) console.error(`check: ${problem}`);
console.log(`${record.requests.length} requests, ${record.checks.length} checks, ` +
  `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
