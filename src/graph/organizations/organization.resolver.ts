import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { OrganizationRow } from '../../domain/organizations/organizations.store.ts';
import { entitlementsOf } from '../../domain/organizations/plan.ts';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import { permissionSetsById } from '../permissions/permission-set.loader.ts';
import { PermissionSetType } from '../permissions/permission-set.type.ts';
import {
  ChangeSlugInput,
  CloseOrganizationInput,
  ReleaseSlugInput,
  UpdateOrganizationInput,
} from './organization.inputs.ts';
import {
  ChangeSlugPayload,
  CloseOrganizationPayload,
  ReleaseSlugPayload,
  UpdateOrganizationPayload,
} from './organization.payloads.ts';
import { EntitlementEnum, OrganizationType } from './organization.type.ts';

@Resolver(() => OrganizationType)
export class OrganizationResolver {
  @Query(() => OrganizationType, { description: 'The organization of the API key that asks.' })
  async organization(@Ctx() { domain, actor }: GraphContext) {
    return domain.organizations.get(await actor());
  }

  @Mutation(() => UpdateOrganizationPayload, {
    description:
      'Changes the organization. Needs `rollcall:organization`, and for what decides who gets in, for how long and with what a fresh sign-in.',
  })
  updateOrganization(
    @Arg('input', () => UpdateOrganizationInput, { description: 'The changes.' }) input: UpdateOrganizationInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      organization: await domain.organizations.update(await actor(), input),
    }));
  }

  @Mutation(() => ChangeSlugPayload, {
    description:
      'Changes the public sign-in name; the one before stays as an alias, of which there are at most ten. Needs `rollcall:organization`.',
  })
  changeSlug(
    @Arg('input', () => ChangeSlugInput, { description: 'The new slug.' }) input: ChangeSlugInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      organization: await domain.organizationSlugs.change(await actor(), input.slug),
    }));
  }

  @Mutation(() => ReleaseSlugPayload, {
    description:
      'Ends an alias: it leads nowhere, nobody else ever gets it, and only `changeSlug` takes it back. Needs `rollcall:organization`.',
  })
  releaseSlug(
    @Arg('input', () => ReleaseSlugInput, { description: 'The alias.' }) input: ReleaseSlugInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      organization: await domain.organizationSlugs.release(await actor(), input.slug),
    }));
  }

  @Mutation(() => CloseOrganizationPayload, {
    description:
      'Begins the end: API keys are refused from then on, this one too, and after 30 days everything is erased. Only the operator can reopen it until then. Needs `rollcall:organization`.',
  })
  closeOrganization(
    @Arg('input', () => CloseOrganizationInput, { description: 'The confirmation.' }) input: CloseOrganizationInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      organization: await domain.organizationLifeCycle.close(await actor(), input),
    }));
  }

  @FieldResolver(() => [String], { description: 'Earlier slugs that still lead here, the oldest first.' })
  async aliases(@Root() _organization: OrganizationRow, @Ctx() { domain, actor }: GraphContext) {
    return domain.organizationSlugs.listAliases(await actor());
  }

  @FieldResolver(() => [EntitlementEnum], { description: 'What its plan opens.' })
  entitlements(@Root() { plan }: OrganizationRow) {
    return entitlementsOf(plan);
  }

  @FieldResolver(() => PermissionSetType, {
    nullable: true,
    description: 'What every active user holds on the whole organization; null for nothing.',
  })
  defaultPermissionSet(@Root() { defaultPermissionSetId }: OrganizationRow, @Ctx() { load }: GraphContext) {
    return defaultPermissionSetId === null ? null : load(permissionSetsById, defaultPermissionSetId);
  }
}
