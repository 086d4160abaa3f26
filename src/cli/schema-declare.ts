import { readFile } from 'node:fs/promises';
import type { CustomResourceType } from '../domain/custom-attributes/custom-schema.entity.ts';
import type { AttributeInput } from '../domain/custom-attributes/custom-schema-definition.ts';
import type { DeclaredSchema } from '../domain/custom-attributes/custom-schemas.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'schema declare',
  summary: 'Declare attributes of an organization under a URN of its own.',
  usage:
    'The file holds a schema as RFC 7643 §7 writes it (id, name, description, attributes), with resourceType beside them: User or Group. Declared again, it takes the place of what was declared. See docs/guides/custom-attributes.md.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    file: { description: 'The schema, in JSON.', placeholder: 'FILE', required: true },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, name } = await findOrganization(domain, options.requiredText('org'));
      const { id: urn, resourceType, ...text } = await readSchema(options.requiredText('file'));
      const known = (await domain.customSchemas.list(operator)).find((schema) => isSameUrn(schema.urn, urn));
      if (known && known.resourceType !== resourceType) {
        const message = `${known.urn} extends ${known.resourceType}s. Delete it first: npx rollcall schema delete ${known.id} --org ${options.requiredText('org')}`;
        throw new CommandError('invalidValue', message);
      }
      const declared = known
        ? await domain.customSchemas.update(operator, known.id, text)
        : await domain.customSchemas.create(operator, { ...text, urn, resourceType });
      return { json: declared, human: `${terminal.paint('green', '✓')} ${sentence(declared, name)}` };
    }),
};

interface WrittenSchema {
  id: string;
  resourceType: CustomResourceType;
  name?: string;
  description?: string;
  attributes: AttributeInput[];
}

/** The domain reads what is in it; here it need only be an object. Throws CommandError. */
async function readSchema(file: string): Promise<WrittenSchema> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandError('fileNotFound', `${file} cannot be read.`);
  });
  const schema = parse(text);
  if (typeof schema === 'object' && schema !== null && 'id' in schema && typeof schema.id === 'string')
    return schema as WrittenSchema;
  throw new CommandError('invalidSyntax', `${file} holds no schema: it is JSON with id, resourceType and attributes.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSameUrn(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function sentence({ customSchema, recordsCount, misfitsCount }: DeclaredSchema, organization: string): string {
  const { urn, attributes } = customSchema;
  const declared = `${organization} declares ${urn} with ${attributes.length} ${attributes.length === 1 ? 'attribute' : 'attributes'}.`;
  if (recordsCount === 0) return declared;
  const records = recordsCount === 1 ? '1 record' : `${recordsCount} records`;
  return `${declared} ${records} had it already: ${misfitsText(misfitsCount)}.`;
}

function misfitsText(count: number): string {
  if (count === 0) return 'all values fit';
  return count === 1 ? '1 value does not fit and stays as it is' : `${count} values do not fit and stay as they are`;
}
