"""Storage, keys and identities: the lines of the operation table (operations.py says what the levels mean)."""

from __future__ import annotations

TABLE: dict[str, str] = {
    "s3": """
        behaves: AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket DeleteBucketCors
        behaves: DeleteBucketEncryption DeleteBucketOwnershipControls DeleteBucketPolicy DeleteBucketTagging DeleteObject
        behaves: DeleteObjectTagging DeleteObjects DeletePublicAccessBlock GetBucketAcl GetBucketCors GetBucketEncryption
        behaves: GetBucketLocation GetBucketNotification GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicy
        behaves: GetBucketPolicyStatus GetBucketTagging GetBucketVersioning GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold
        behaves: GetObjectLockConfiguration GetObjectRetention GetObjectTagging GetPublicAccessBlock HeadBucket HeadObject ListBuckets
        behaves: ListMultipartUploads ListObjectVersions ListObjects ListObjectsV2 ListParts PutBucketAcl PutBucketCors
        behaves: PutBucketEncryption PutBucketNotification PutBucketNotificationConfiguration PutBucketOwnershipControls PutBucketPolicy
        behaves: PutBucketTagging PutBucketVersioning PutObject PutObjectAcl PutObjectLegalHold PutObjectLockConfiguration
        behaves: PutObjectRetention PutObjectTagging PutPublicAccessBlock UploadPart UploadPartCopy
        stores: DeleteBucketInventoryConfiguration DeleteBucketLifecycle DeleteBucketWebsite GetBucketAccelerateConfiguration
        stores: GetBucketInventoryConfiguration GetBucketLifecycle GetBucketLifecycleConfiguration GetBucketLogging GetBucketReplication
        stores: GetBucketRequestPayment GetBucketWebsite ListBucketInventoryConfigurations PutBucketAccelerateConfiguration
        stores: PutBucketInventoryConfiguration PutBucketLifecycle PutBucketLifecycleConfiguration PutBucketLogging
        stores: PutBucketRequestPayment PutBucketWebsite
    """,
    "kms": """
        behaves: CancelKeyDeletion CreateAlias CreateGrant CreateKey Decrypt DeleteAlias DescribeKey DisableKey EnableKey Encrypt
        behaves: GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom GetKeyPolicy GetPublicKey ListAliases
        behaves: ListGrants ListKeyPolicies ListKeys ListResourceTags ListRetirableGrants PutKeyPolicy ReEncrypt RetireGrant RevokeGrant
        behaves: ScheduleKeyDeletion Sign TagResource UntagResource UpdateAlias UpdateKeyDescription Verify VerifyMac
        stores: DisableKeyRotation EnableKeyRotation GetKeyRotationStatus ListKeyRotations
    """,
    "iam": """
        behaves: AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy CreateAccessKey
        behaves: CreateAccountAlias CreateGroup CreateInstanceProfile CreatePolicy CreatePolicyVersion CreateRole CreateUser
        behaves: DeleteAccessKey DeleteAccountAlias DeleteGroup DeleteGroupPolicy DeleteInstanceProfile DeletePolicy DeletePolicyVersion
        behaves: DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy
        behaves: DetachGroupPolicy DetachRolePolicy DetachUserPolicy GetAccessKeyLastUsed GetAccountSummary GetContextKeysForCustomPolicy
        behaves: GetContextKeysForPrincipalPolicy GetGroup GetGroupPolicy GetInstanceProfile GetPolicy GetPolicyVersion GetRole
        behaves: GetRolePolicy GetUser GetUserPolicy ListAccessKeys ListAccountAliases ListAttachedGroupPolicies ListAttachedRolePolicies
        behaves: ListAttachedUserPolicies ListEntitiesForPolicy ListGroupPolicies ListGroups ListGroupsForUser ListInstanceProfiles
        behaves: ListInstanceProfilesForRole ListPolicies ListPolicyTags ListPolicyVersions ListRolePolicies ListRoleTags ListRoles
        behaves: ListUserPolicies ListUserTags ListUsers PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy
        behaves: PutUserPermissionsBoundary PutUserPolicy RemoveRoleFromInstanceProfile RemoveUserFromGroup SetDefaultPolicyVersion
        behaves: SimulateCustomPolicy SimulatePrincipalPolicy TagInstanceProfile TagPolicy TagRole TagUser UntagInstanceProfile
        behaves: UntagPolicy UntagRole UntagUser UpdateAccessKey UpdateAssumeRolePolicy UpdateGroup UpdateRole UpdateUser
        stores: CreateLoginProfile CreateOpenIDConnectProvider CreateSAMLProvider CreateServiceLinkedRole DeleteAccountPasswordPolicy
        stores: DeleteLoginProfile DeleteOpenIDConnectProvider DeleteSAMLProvider DeleteSSHPublicKey DeleteServerCertificate
        stores: DeleteServiceLinkedRole DeleteSigningCertificate GenerateCredentialReport GetAccountAuthorizationDetails
        stores: GetAccountPasswordPolicy GetCredentialReport GetLoginProfile GetOpenIDConnectProvider GetSAMLProvider GetSSHPublicKey
        stores: GetServerCertificate ListMFADevices ListOpenIDConnectProviderTags ListOpenIDConnectProviders ListSAMLProviders
        stores: ListSSHPublicKeys ListServerCertificates ListSigningCertificates ListVirtualMFADevices TagOpenIDConnectProvider
        stores: UntagOpenIDConnectProvider UpdateAccountPasswordPolicy UpdateLoginProfile UpdateOpenIDConnectProviderThumbprint
        stores: UpdateRoleDescription UpdateSAMLProvider UpdateSSHPublicKey UpdateSigningCertificate UploadSSHPublicKey
        stores: UploadServerCertificate UploadSigningCertificate
    """,
    "sts": """
        behaves: AssumeRole DecodeAuthorizationMessage GetAccessKeyInfo GetCallerIdentity GetFederationToken GetSessionToken
    """,
    "acm": """
        stores: AddTagsToCertificate DeleteCertificate DescribeCertificate GetCertificate ImportCertificate ListCertificates
        stores: ListTagsForCertificate RemoveTagsFromCertificate
    """,
    "resourcegroupstaggingapi": """
        behaves: GetResources GetTagKeys GetTagValues TagResources UntagResources
    """,
}
