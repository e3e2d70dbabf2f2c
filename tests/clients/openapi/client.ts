// Uses what the generators made of the document, as a program would.
import {createUser, listUsers} from "./orval";
import type {components, operations} from "./schema";

const user: components["schemas"]["NewUser"] = {
  "last-name": "Meere",
  "first-name": "John",
  email: "johnm@gmail.com",
};

export async function run(): Promise<number> {
  const created = await createUser(user);
  if (created.status !== 201) return 0;
  const id: components["schemas"]["UserId"] = created.data.id;
  const query: operations["listUsers"]["parameters"]["query"] = {limit: 10, after: id};
  const page = await listUsers(query);
  return page.status === 200 ? id : 0;
}
