// Calls each method of ra-data-json-server, as react-admin does, and looks at what it gives back.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import jsonServerProvider from 'ra-data-json-server';

const names = ['Meere', 'Hopper', 'Liskov', 'Lovelace', 'Hamilton'];
const userOf = (name) => ({ 'last-name': name, 'first-name': 'A', email: `${name}@example.com` });
const ids = (users) => users.map((user) => user.id);

async function start(program) {
  const server = spawn(program, ['--listen', '127.0.0.1:0', '--store', 'memory:'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  return { server, url: line.match(/http:\/\/127\.0\.0\.1:\d+/)[0] };
}

const list = (client, page, perPage, order = 'ASC', filter = {}) =>
  client.getList('users', {
    pagination: { page, perPage },
    sort: { field: 'id', order },
    filter,
  });

// In this order: each check sees what those before it did.
const checks = {
  async create(client) {
    for (const [index, name] of names.entries()) {
      const { data } = await client.create('users', { data: userOf(name) });
      assert.deepEqual(data, { ...userOf(name), id: index + 1 });
    }
  },
  async 'getList, pages'(client) {
    const { data, total } = await list(client, 2, 2);
    assert.deepEqual(ids(data), [3, 4]);
    assert.equal(total, 5);
  },
  async 'getList, sorted by id, from the last'(client) {
    assert.deepEqual(ids((await list(client, 1, 2, 'DESC')).data), [5, 4]);
  },
  async 'getList, filter'(client) {
    const { data, total } = await list(client, 1, 10, 'ASC', { 'last-name': 'Liskov' });
    assert.deepEqual(ids(data), [3]);
    assert.equal(total, 1);
  },
  async 'getList, q'(client) {
    const { data, total } = await list(client, 1, 10, 'ASC', { q: 'hopper@' });
    assert.deepEqual(ids(data), [2]);
    assert.equal(total, 1);
  },
  async 'getList, behind the last page'(client) {
    assert.deepEqual(await list(client, 9, 10), { data: [], total: 5 });
  },
  async getOne(client) {
    const { data } = await client.getOne('users', { id: 2 });
    assert.deepEqual(data, { ...userOf('Hopper'), id: 2 });
    await assert.rejects(client.getOne('users', { id: 99 }), { status: 404 });
  },
  async getMany(client) {
    assert.deepEqual(ids((await client.getMany('users', { ids: [1, 3] })).data), [1, 3]);
  },
  async getManyReference(client) {
    const { data, total } = await client.getManyReference('users', {
      target: 'last-name',
      id: 'Meere',
      pagination: { page: 1, perPage: 10 },
      sort: { field: 'id', order: 'ASC' },
      filter: {},
    });
    assert.deepEqual(ids(data), [1]);
    assert.equal(total, 1);
  },
  async update(client) {
    const changed = { ...userOf('Byron'), id: 4 };
    const { data } = await client.update('users', { id: 4, data: changed, previousData: {} });
    assert.deepEqual(data, changed);
    assert.deepEqual((await client.getOne('users', { id: 4 })).data, changed);
  },
  async updateMany(client) {
    const { data } = await client.updateMany('users', { ids: [1, 2], data: userOf('Noether') });
    assert.deepEqual(data, [1, 2]);
    assert.equal((await client.getOne('users', { id: 2 })).data['last-name'], 'Noether');
  },
  async 'delete'(client) {
    const { data } = await client.delete('users', { id: 5, previousData: {} });
    await assert.rejects(client.getOne('users', { id: 5 }), { status: 404 });
    assert.ok(data, `react-admin wants { data: {...} }, and data is ${data}`);
  },
  async deleteMany(client) {
    const { data } = await client.deleteMany('users', { ids: [1, 2] });
    assert.equal(data.length, 2);
    assert.deepEqual(ids((await list(client, 1, 10)).data), [3, 4]);
  },
};

const { server, url } = await start(process.argv[2]);
const client = jsonServerProvider(url);
for (const [name, check] of Object.entries(checks)) {
  try {
    await check(client);
    console.log(`${name}: works`);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
server.kill('SIGTERM');
