import type { Exchange, Handler, Reply } from '../exchange.ts';
import { readSearchRequest } from '../protocol/search-request.ts';
import { listGroups, listResources, listUsers } from './list-endpoints.ts';

/** RFC 7644 §3.4.3: a POST that asks what a GET of the list would, without showing it in an address. */
async function search(exchange: Exchange, list: Handler): Promise<Reply> {
  exchange.ask(readSearchRequest(await exchange.body()));
  return list(exchange);
}

export async function searchUsers(exchange: Exchange): Promise<Reply> {
  return search(exchange, listUsers);
}

export async function searchGroups(exchange: Exchange): Promise<Reply> {
  return search(exchange, listGroups);
}

export async function searchResources(exchange: Exchange): Promise<Reply> {
  return search(exchange, listResources);
}
