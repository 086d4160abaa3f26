import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { GraphContext } from '../context.ts';
import { DirectoryType } from '../directories/directory.type.ts';
import { answerMutation } from '../payload.ts';
import { RemoveWorkloadIdentityInput, SetWorkloadIdentityInput } from './workload-identity.inputs.ts';
import { workloadIdentitiesOfDirectories } from './workload-identity.loader.ts';
import { RemoveWorkloadIdentityPayload, SetWorkloadIdentityPayload } from './workload-identity.payloads.ts';
import { WorkloadIdentityType } from './workload-identity.type.ts';

@Resolver()
export class WorkloadIdentityResolver {
  @Mutation(() => SetWorkloadIdentityPayload, {
    description:
      'Says by which assertions Entra may ask for access tokens of a directory; those of an earlier workload identity end. Needs `rollcall:directories`, all that the groups of the directory give, and a fresh sign-in.',
  })
  setWorkloadIdentity(
    @Arg('input', () => SetWorkloadIdentityInput, { description: 'What they have to say.' })
    input: SetWorkloadIdentityInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      workloadIdentity: await domain.workloadIdentities.set(await actor(), input),
    }));
  }

  @Mutation(() => RemoveWorkloadIdentityPayload, {
    description:
      'Takes the workload identity of a directory away; its access tokens end. Needs `rollcall:directories`.',
  })
  removeWorkloadIdentity(
    @Arg('input', () => RemoveWorkloadIdentityInput, { description: 'Of which directory.' })
    input: RemoveWorkloadIdentityInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      workloadIdentity: await domain.workloadIdentities.remove(await actor(), input.directoryId),
    }));
  }
}

@Resolver(() => DirectoryType)
export class DirectoryWorkloadIdentityResolver {
  @FieldResolver(() => WorkloadIdentityType, {
    nullable: true,
    description: 'By which assertions Entra may ask for its access tokens; null where it may not.',
  })
  workloadIdentity(@Root() directory: DirectoryType, @Ctx() { load }: GraphContext) {
    return load(workloadIdentitiesOfDirectories, directory.id);
  }
}
