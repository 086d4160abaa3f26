import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { DirectoryGroupRow } from '../../domain/directories/directory-groups.store.ts';
import type { DirectoryUserRow } from '../../domain/directories/directory-users.store.ts';
import { GraphContext } from '../context.ts';
import { DirectoryGroupType } from '../directories/directory-group.type.ts';
import { DirectoryUserType } from '../directories/directory-user.type.ts';
import { JSONScalar } from '../scalars.ts';
import { returnedRulesByType } from './returned-rules.loader.ts';

const DESCRIPTION =
  'Which attributes that the organization declared SCIM returns otherwise than by default: `always` or `request` by their path; null for none.';

// What SCIM reads brings its rules along: a promise for each record of a long list would cost as much as the record.

@Resolver(() => DirectoryUserType)
export class UserReturnedRulesResolver {
  @FieldResolver(() => JSONScalar, { nullable: true, description: DESCRIPTION })
  returnedRules(@Root() { returnedRules }: DirectoryUserRow, @Ctx() { load }: GraphContext) {
    return returnedRules === undefined ? load(returnedRulesByType, 'User') : returnedRules;
  }
}

@Resolver(() => DirectoryGroupType)
export class GroupReturnedRulesResolver {
  @FieldResolver(() => JSONScalar, { nullable: true, description: DESCRIPTION })
  returnedRules(@Root() { returnedRules }: DirectoryGroupRow, @Ctx() { load }: GraphContext) {
    return returnedRules === undefined ? load(returnedRulesByType, 'Group') : returnedRules;
  }
}
