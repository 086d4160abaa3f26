// docs/guides/graphql.md against the schema: it names every code as the schema does, and every operation document runs.
import { readdirSync, readFileSync } from 'node:fs';
import { type GraphQLEnumType, type GraphQLSchema, getVariableValues, Kind, parse, print, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireAffordable } from '../../src/graph/cost.ts';
import { thrownCodes } from '../../src/graph/errors.ts';
import { limitRules } from '../../src/graph/limits.ts';
import { createSchema } from '../../src/graph/schema.ts';

const guides = new URL('../../docs/guides/', import.meta.url);
/** Without the white space that lines up the tables. */
const guide = readFileSync(new URL('graphql.md', guides), 'utf8').replace(/ +/g, ' ');
const files = readdirSync(new URL('graphql/', guides));

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
});

describe('the guide', () => {
  it('says of every declared code what the schema says', () => {
    const codes = (schema.getType('MutationErrorCode') as GraphQLEnumType).getValues();
    const rows = [
      ...codes.map(({ name, description }) => `| \`${name}\` | ${description} |`),
      ...Object.entries(thrownCodes).map(([name, description]) => `| \`${name}\` | ${description} |`),
    ];
    expect(rows.filter((row) => !guide.includes(`\n${row}\n`))).toEqual([]);
  });

  it('names every operation document, ten in all', () => {
    const named = [...guide.matchAll(/\(graphql\/([\w-]+\.graphql)\)/g)].map(([, file]) => file);
    expect(named.toSorted()).toEqual(files.toSorted());
    expect(new Set(named).size).toBe(10);
  });

  it.for(files)('has %s fit the schema and its limits', (file) => {
    const document = parse(readFileSync(new URL(`graphql/${file}`, guides), 'utf8'));
    expect(validate(schema, document)).toEqual([]);
    expect(validate(schema, document, limitRules)).toEqual([]);
    for (const operation of document.definitions) {
      if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
      const required = (operation.variableDefinitions ?? []).filter(({ type }) => type.kind === Kind.NON_NULL_TYPE);
      const variables = Object.fromEntries(
        required.map(({ variable, type }) => [variable.name.value, print(type).startsWith('[') ? [] : 'x']),
      );
      expect(getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors).toBeUndefined();
      requireAffordable({ schema, document, operation, variables });
    }
  });

  it('shows operations that fit the schema', () => {
    const shown = [...guide.matchAll(/```graphql\n([^`]*)```/g)].map(([, text]) => text ?? '');
    expect(shown.length).toBeGreaterThan(4);
    for (const text of shown) {
      for (const operation of text.split(/\n\n(?=query|mutation)/)) {
        expect(validate(schema, parse(operation)).map(({ message }) => message)).toEqual([]);
      }
    }
  });
});

it('every guide shows queries of a directory as they can be pasted', () => {
  const shown = readdirSync(guides)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => [...readFileSync(new URL(file, guides), 'utf8').matchAll(/`(directory\(id: [^`]*\})`/g)])
    .map(([, text]) => text ?? '');
  expect(shown.length).toBeGreaterThan(2);
  const problems = shown.flatMap((text) => validate(schema, parse(`{ ${text} }`)).map(({ message }) => message));
  expect(problems).toEqual([]);
});

it('every guide shows queries that fit the schema, within a program too', () => {
  const texts = readdirSync(guides)
    .filter((file) => file.endsWith('.md'))
    .map((file) => readFileSync(new URL(file, guides), 'utf8'));
  const shown = texts.flatMap((text) => [
    ...[...text.matchAll(/```graphql\n([^`]*)```/g)].map(([, document]) => document ?? ''),
    ...[...text.matchAll(/query: `([^`]*)`/g)].map(([, document]) => document ?? ''),
  ]);
  expect(shown.length).toBeGreaterThan(6);
  const operations = shown.flatMap((text) => text.split(/\n\n(?=query|mutation)/));
  expect(operations.flatMap((text) => validate(schema, parse(text)).map(({ message }) => message))).toEqual([]);
});
