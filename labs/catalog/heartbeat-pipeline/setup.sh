# The application's source bucket, as a stack of the course would have made it: a unique suffix, versions kept, nothing public.
suffix=$(tr -dc a-z0-9 </dev/urandom | head -c 12 || true)
bucket="lab3-applicationsourcebucket-$suffix"
aws s3api create-bucket --bucket "$bucket" --create-bucket-configuration LocationConstraint=ap-northeast-2
aws s3api put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
aws s3api put-public-access-block --bucket "$bucket" \
    --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
# One more that is not meant, so that finding the right one is a search.
aws s3api create-bucket --bucket "lab3-pipelineartifacts-$suffix" --create-bucket-configuration LocationConstraint=ap-northeast-2
