import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { CustomSchemaRow } from '../../domain/custom-attributes/custom-schemas.store.ts';
import { GraphContext } from '../context.ts';
import { DeletePayload } from '../delete.payload.ts';
import { nullIfNotFound } from '../null-if-not-found.ts';
import { OrganizationType } from '../organizations/organization.type.ts';
import { answerMutation } from '../payload.ts';
import { JSONScalar } from '../scalars.ts';
import { CreateCustomSchemaInput, DeleteCustomSchemaInput, UpdateCustomSchemaInput } from './custom-schema.inputs.ts';
import { CreateCustomSchemaPayload, UpdateCustomSchemaPayload } from './custom-schema.payloads.ts';
import { CustomSchemaType } from './custom-schema.type.ts';

@Resolver(() => CustomSchemaType)
export class CustomSchemaResolver {
  @Query(() => CustomSchemaType, {
    nullable: true,
    description: 'One declared schema; null for an unknown id. Needs `rollcall:directories`.',
  })
  async customSchema(
    @Arg('id', () => ID, { description: 'The schema.' }) id: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return nullIfNotFound(domain.customSchemas.get(who, id));
  }

  @Query(() => [CustomSchemaType], {
    description: 'What the organization declared for the resources of a directory; its SCIM tokens read it too.',
  })
  async directorySchemas(
    @Arg('directoryId', () => ID, { description: 'The directory.' }) directoryId: string,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return domain.customSchemas.listFor(await actor(), directoryId);
  }

  @Mutation(() => CreateCustomSchemaPayload, {
    description:
      'Declares a schema, and carries records that had the extension already over to it. Needs `rollcall:directories`.',
  })
  createCustomSchema(
    @Arg('input', () => CreateCustomSchemaInput, { description: 'The schema.' }) input: CreateCustomSchemaInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => domain.customSchemas.create(await actor(), input));
  }

  @Mutation(() => UpdateCustomSchemaPayload, {
    description:
      'Changes a declared schema, and carries records over as declaring one does. Needs `rollcall:directories`.',
  })
  updateCustomSchema(
    @Arg('input', () => UpdateCustomSchemaInput, { description: 'The changes.' }) input: UpdateCustomSchemaInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => domain.customSchemas.update(await actor(), input.id, input));
  }

  @Mutation(() => DeletePayload, {
    description:
      'Takes a declaration back; the values stay, as those of an extension that nobody declared. Needs `rollcall:directories`.',
  })
  deleteCustomSchema(
    @Arg('input', () => DeleteCustomSchemaInput, { description: 'Which one.' }) input: DeleteCustomSchemaInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.customSchemas.delete(await actor(), input.id);
      return { deletedId: input.id };
    });
  }

  @FieldResolver(() => JSONScalar, {
    description: 'The schema as `/Schemas` shows it (RFC 7643 §7): id, name, description and attributes.',
  })
  definition(@Root() { urn, name, description, attributes }: CustomSchemaRow) {
    return { id: urn, name, description, attributes };
  }
}

@Resolver(() => OrganizationType)
export class OrganizationSchemasResolver {
  @FieldResolver(() => [CustomSchemaType], {
    description: 'The schemas that it declared, in the order of their making. Needs `rollcall:directories`.',
  })
  async customSchemas(@Ctx() { domain, actor }: GraphContext) {
    return domain.customSchemas.list(await actor());
  }
}
