zip=~/environment/CodeDeployHeartbeatDemo/CodeDeployHeartbeatDemo.zip
if ! unzip -tqq "$zip" >/dev/null 2>&1; then
    echo "ko: 파일이 온전한 zip이 아닙니다. 지우고 다시 내려받으세요."
    echo "en: The file is not a whole zip. Delete it and download it again."
    exit 1
fi
if ! unzip -l "$zip" | grep -q 'appspec.yml$'; then
    echo "ko: zip 안에 appspec.yml이 없습니다. 다른 파일을 내려받은 것 같습니다."
    echo "en: There is no appspec.yml in the zip. It seems to be another file."
    exit 1
fi
