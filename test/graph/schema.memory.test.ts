import { readFileSync } from 'node:fs';
import {
  type GraphQLEnumType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { domainErrorCodes } from '../../src/domain/domain-error.ts';
import { InProcessClient } from '../../src/graph/execute.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { documents } from '../../src/scim/documents/operations.ts';
import type { GraphClient } from '../../src/scim/graph-client.ts';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
});

function ownTypes() {
  return Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
}

describe('the schema', () => {
  it('equals schema.graphql, which is written by npm run schema', () => {
    const kept = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
    expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toBe(kept);
  });

  it('describes every type, field, argument and enum value, as they are the documentation of the API', () => {
    const silent: string[] = [];
    const require = (name: string, description: string | null | undefined) => {
      if (!description?.trim()) silent.push(name);
    };
    for (const type of ownTypes()) {
      const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
      if (!isRoot) require(type.name, type.description);
      if (isEnumType(type))
        for (const value of type.getValues()) require(`${type.name}.${value.name}`, value.description);
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        require(`${type.name}.${field.name}`, field.description);
        if (!('args' in field)) continue;
        for (const argument of field.args) {
          require(`${type.name}.${field.name}(${argument.name})`, argument.description);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  it('has a MutationErrorCode for every domain code, in SCREAMING_SNAKE', () => {
    const codes = schema.getType('MutationErrorCode') as GraphQLEnumType;
    const spelled = domainErrorCodes.map((code) => code.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
    expect(codes.getValues().map((value) => value.name)).toEqual(spelled);
  });

  it('gives every mutation one input and a payload with errors', () => {
    for (const mutation of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      expect(
        mutation.args.map((argument) => argument.name),
        mutation.name,
      ).toEqual(['input']);
      const payload = schema.getType(String(mutation.type).replace('!', ''));
      expect(isObjectType(payload) && String(payload.getFields().errors?.type), mutation.name).toBe(
        '[MutationError!]!',
      );
    }
  });

  it('fits every document of the SCIM facade', () => {
    const client: GraphClient & InProcessClient = new InProcessClient(
      schema,
      {} as never,
      { error: () => undefined },
      { accepts: 'any', address: { publicUrl: '' } },
    );
    expect(() => client.prepare(documents)).not.toThrow();
  });

  it('stops the start with a document that does not fit', () => {
    const client = new InProcessClient(
      schema,
      {} as never,
      { error: () => undefined },
      { accepts: 'any', address: { publicUrl: '' } },
    );
    expect(() => client.prepare([{ text: '{ directoryUser(id: "1") { id } }' }])).toThrow(/directoryId/);
  });
});
