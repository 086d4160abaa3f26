import { askGraphql } from '../ask-graphql.ts';
import { asked } from './acme-tenant.ts';
import { type Narrator, wrapped } from './narrator.ts';

const WHO_MAY = `query WhoMay($userName: String!) {
  users(filter: { search: $userName }) {
    nodes { displayName groups { source group { name } } effectivePermissions }
  }
}`;

interface Answer {
  users: {
    nodes: {
      displayName: string;
      groups: { source: string; group: { name: string } }[];
      effectivePermissions: string[];
    }[];
  };
}

/** Asks GraphQL what three people may do, as the product's back end would, and shows question and answers. */
export async function askWhoMay(service: { url: string; apiKey: string }, narrator: Narrator): Promise<void> {
  narrator.step('The product asks GraphQL: who may do what?');
  narrator.quote(WHO_MAY);
  for (const userName of Object.values(asked)) {
    const answer = await askGraphql<Answer>(service, WHO_MAY, { userName });
    const [person] = answer.users.nodes;
    if (!person) throw new Error(`GraphQL knows no ${userName}.`);
    narrator.blank();
    narrator.did(`${person.displayName} ${why(userName, person)}`);
    narrator.quote(answerText(person));
  }
}

type Person = Answer['users']['nodes'][number];

function why(userName: string, { effectivePermissions }: Person): string {
  if (userName === asked.merged) return "came with Marketing: that group's permissions are hers";
  if (userName === asked.newcomer) return 'came with a new group that nobody has given permissions';
  return effectivePermissions.length === 0
    ? 'is an Administrator in Entra, with nothing until approved'
    : 'is an Administrator in Entra, and was approved';
}

/** The answer as JSON, a line a field. */
function answerText(person: Person): string {
  const fields = Object.entries(person).map(([name, value], index, all) => {
    const text = JSON.stringify(value).replaceAll(',"', ', "').replaceAll(',{', ', {');
    return wrapped(`"${name}": ${text}${index === all.length - 1 ? '' : ','}`, '  ').join('\n  ');
  });
  return `{\n${fields.join('\n')}\n}`;
}
