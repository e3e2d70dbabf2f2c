// Requests as k6 makes them: the call returns when the answer is here. Node has no such call, so
// curl makes each one.

import { spawnSync } from 'node:child_process';

import { record } from './record.mjs';

const seconds = '5';

/** k6 hands names over as Go writes them: Content-Type, whatever came. */
function canonical(name) {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function parse(output) {
  const end = output.indexOf('\r\n\r\n');
  const [statusLine, ...lines] = output.slice(0, end).split('\r\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[canonical(line.slice(0, colon))] = line.slice(colon + 1).trim();
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: output.slice(end + 4) };
}

function request(method, url, body, params = {}) {
  const options = ['-sS', '-i', '-m', seconds, '-X', method];
  for (const [name, value] of Object.entries(params.headers ?? {})) {
    options.push('-H', `${name}: ${value}`);
  }
  if (body !== null && body !== undefined) options.push('--data-binary', '@-');
  const run = spawnSync('curl', [...options, url], { input: body ?? '', encoding: 'utf8' });
  if (run.error) throw run.error;
  // As k6 does: a request without an answer is one with status 0.
  const answer = run.status === 0 ? parse(run.stdout) : { status: 0, headers: {}, body: '' };
  const expected = params.responseCallback ?? expectedStatuses({ min: 200, max: 399 });
  record.requests.push({
    url,
    status: answer.status,
    expected: expected(answer.status),
    tags: { method, url, ...params.tags },
  });
  return { ...answer, url, error: run.stderr, json: () => JSON.parse(answer.body) };
}

export function expectedStatuses(...statuses) {
  return (status) => statuses.some((each) =>
    typeof each === 'number' ? status === each : status >= each.min && status <= each.max);
}

export const get = (url, params) => request('GET', url, null, params);
export const post = (url, body, params) => request('POST', url, body, params);

export default { get, post, expectedStatuses };
