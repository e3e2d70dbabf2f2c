// The contract on Fastify, following its guide: JSON schemas for requests and answers, and a Map.
//
//   node fastify.mjs PORT

import Fastify from 'fastify';

const [port = '0'] = process.argv.slice(2);

const text = { type: 'string', minLength: 1 };
const properties = {
  'last-name': text,
  'first-name': text,
  email: { type: 'string', minLength: 1, pattern: '@' },
};
const body = { type: 'object', required: Object.keys(properties), properties };
// With a schema for the answer, Fastify compiles a serializer, which is faster than JSON.stringify.
const answer = { type: 'object', properties: { ...properties, id: { type: 'integer' } } };

// No coercion: otherwise the number 5 would be a valid name.
const app = Fastify({ ajv: { customOptions: { coerceTypes: false } } });
const users = new Map();

app.post('/users', { schema: { body, response: { 201: answer } } }, (request, reply) => {
  const id = users.size + 1;
  const user = {
    'last-name': request.body['last-name'],
    'first-name': request.body['first-name'],
    email: request.body.email,
    id,
  };
  users.set(id, user);
  reply.code(201).header('Location', `/users/${id}`).send(user);
});

app.get('/users/:id', { schema: { response: { 200: answer } } }, (request, reply) => {
  const user = users.get(Number(request.params.id));
  if (user === undefined) return reply.callNotFound();
  return reply.send(user);
});

await app.listen({ port: Number(port), host: '127.0.0.1' });
console.log(`ready http://127.0.0.1:${app.server.address().port}`);
process.on('SIGTERM', () => process.exit(0));
