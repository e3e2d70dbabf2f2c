// json-server as its command line runs it (its loader, its default middlewares, --quiet), plus two
// things that it has no option for: the contract's 400, and a line with the port.
//
//   node json_server.mjs PORT FILE

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const jsonServer = require('json-server');
const load = require('json-server/lib/cli/utils/load');

const [port = '0', file = 'db.json'] = process.argv.slice(2);

const isText = (value) => typeof value === 'string' && value !== '';

function refuseInvalid(request, response, next) {
  if (request.method !== 'POST') return next();
  const user = request.body;
  const valid = isText(user['last-name']) && isText(user['first-name']) &&
    isText(user.email) && user.email.includes('@');
  if (!valid) return response.status(400).jsonp({});
  // The server assigns the ids; json-server would take the client's.
  delete user.id;
  return next();
}

writeFileSync(file, '{"users": []}');
const app = jsonServer.create();
app.use(jsonServer.defaults({ logger: false }));
app.use(jsonServer.bodyParser);
app.use('/users', refuseInvalid);
app.use(jsonServer.router(await load(file)));

const server = app.listen(Number(port), '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', () => process.exit(0));
