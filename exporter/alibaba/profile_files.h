// The files that Alibaba Cloud's command line tool (JSON) and its SDKs (INI) keep keys in.
#pragma once

#include <string>

#include "exporter/api/key_ways.h"

namespace taskqueue {

/// The profile as its file is now. Looks in $ALIBABA_CLOUD_CONFIG_FILE, else ~/.aliyun/config.json, unless
/// ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true; then in $ALIBABA_CLOUD_CREDENTIALS_FILE, else
/// ~/.alibabacloud/credentials. `name` empty: as ALIBABA_CLOUD_PROFILE says, else the tool's current one, else
/// "default". Failures are of kind `credentials` and name the files.
[[nodiscard]] Result<Profile, Failure> read_alibaba_profile(const std::string& name, const Environment& environment);

}  // namespace taskqueue
