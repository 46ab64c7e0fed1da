// What TLS needs to serve: certificate, key, whom to trust, versions and ciphers, checked once and shared by
// connections.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/result.h"
#include "exporter/secret.h"

struct ssl_ctx_st;

namespace taskqueue::web {

/// What is asked of clients; the names are Go's.
enum class ClientCertificate { none, request, require_any, verify_if_given, require_and_verify };

/// What is asked of a client's certificate before the client comes in.
struct ClientDemands {
  bool required = false;              // it must be there
  bool verified = false;              // if it is there, an authority must have signed it
  bool by_given_authorities = false;  // one that the configuration names, not any that the system trusts
  std::vector<std::string> names;     // it must be for one of these; empty: for anybody
};

/// In order, so that they can be compared.
enum class TlsVersion { tls12, tls13 };

struct TlsSettings {
  std::string certificate;  // PEM: the server's own first, then its chain
  Secret key;               // PEM, without passphrase
  ClientCertificate client_certificate = ClientCertificate::none;
  std::string client_authorities;                // PEM; empty: those that the system trusts
  std::vector<std::string> client_allowed_sans;  // empty: any
  TlsVersion min_version = TlsVersion::tls12;
  TlsVersion max_version = TlsVersion::tls13;
  std::vector<std::string> cipher_suites;  // from `cipher_suite_names`; empty: our choice
  std::vector<std::string> curves;         // from `curve_names`; empty: OpenSSL's choice
  bool prefer_server_cipher_suites = true;
};

/// The names that exporter-toolkit knows: Go's suites that are not insecure.
[[nodiscard]] const std::vector<std::string_view>& cipher_suite_names();
[[nodiscard]] const std::vector<std::string_view>& curve_names();

/// Why there is no context, and which setting is to blame.
struct TlsFault {
  enum class Setting { certificate, key, client_authorities, cipher_suites, curves };
  Setting setting;
  std::string sentence;
};

/// Immutable, so thread-safe.
class TlsContext {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>, TlsFault> make(const TlsSettings& settings);

  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  /// For the stream that makes connections of it.
  [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }
  /// When the certificate cannot be trusted by the clock: "has expired", "is not valid yet"; else empty.
  [[nodiscard]] std::string_view untimely() const { return untimely_; }
  [[nodiscard]] const ClientDemands& client_demands() const { return client_demands_; }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  TlsContext();

  ClientDemands client_demands_;
  std::string_view untimely_;
  std::unique_ptr<ssl_ctx_st, Free> context_;

  friend struct ContextMaker;
};

}  // namespace taskqueue::web
