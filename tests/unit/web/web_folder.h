// A folder for web configurations, with two certificates and their keys, made for the occasion.
#pragma once

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

namespace taskqueue::web {

/// A bcrypt hash, of a low cost for speed.
inline const std::string some_hash = "$2y$04$1hDrWMEjTnIqZSHB7ySWQeRLGCd0etW894F1UCE3oPAMiDsTxGO2.";
/// What a web configuration says of the certificate in the folder.
inline const std::string tls_text = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";

struct KeyPair {
  std::string certificate;
  std::string key;
};

inline std::string content(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A certificate for `names`, signed by itself.
inline KeyPair make_pair_for(const std::string& names) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> alternatives(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()), X509_EXTENSION_free);
  X509_add_ext(certificate.get(), alternatives.get(), -1);
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("no certificate");
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> pem(BIO_new(BIO_s_mem()), BIO_free_all);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> key_pem(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(pem.get(), certificate.get());
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {content(pem.get()), content(key_pem.get())};
}

/// Goes with everything in it.
class WebFolder {
 public:
  WebFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "taskqueue-web-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
    put("server", server);
    put("other", other);
  }
  WebFolder(const WebFolder&) = delete;
  WebFolder& operator=(const WebFolder&) = delete;
  ~WebFolder() { std::filesystem::remove_all(path_); }

  /// The new content takes the old one's place at once.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / "new") << text;
    std::filesystem::rename(path_ / "new", path_ / name);
    return path_ / name;
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  const KeyPair server =
      make_pair_for("DNS:localhost,IP:127.0.0.1,IP:2001:db8::1,email:a@example.org,URI:spiffe://x/a");
  const KeyPair other = make_pair_for("DNS:other");

 private:
  void put(const std::string& name, const KeyPair& pair) const {
    write(name + ".pem", pair.certificate);
    write(name + ".key", pair.key);
  }

  std::filesystem::path path_;
};

}  // namespace taskqueue::web
