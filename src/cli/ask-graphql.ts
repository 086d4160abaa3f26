/** Asks the service over HTTP with an API key and answers the data. Throws with the first error's message. */
export async function askGraphql<Data>(
  service: { url: string; apiKey: string },
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${service.apiKey}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Data | null; errors?: { message: string }[] };
  if (errors?.[0] || data == null) throw new Error(`GraphQL answered: ${errors?.[0]?.message ?? answer.status}`);
  return data;
}
