// The files that Tencent Cloud's SDKs (INI) and its command line tool (JSON) keep keys in.
#pragma once

#include <string>

#include "exporter/api/key_ways.h"

namespace taskqueue {

/// The profile as its file is now. Looks in $TENCENTCLOUD_CREDENTIALS_FILE, else in ~/.tencentcloud/credentials,
/// /etc/tencentcloud/credentials and ~/.tccli/NAME.credential, the first that has it. `name` empty: as
/// TENCENTCLOUD_PROFILE or TCCLI_PROFILE say, else "default". Failures are of kind `credentials` and name the files.
[[nodiscard]] Result<Profile, Failure> read_tencent_profile(const std::string& name, const Environment& environment);

}  // namespace taskqueue
