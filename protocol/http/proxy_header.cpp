#include "protocol/http/proxy_header.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <charconv>

namespace rollcall::protocol {
namespace {

constexpr std::string_view line_start = "PROXY ";
constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
/// The signature, version and command, family and transport, and the length of what follows.
constexpr std::size_t fixed_octets = 16;

// Types of extensions (section 2.2).
constexpr unsigned char crc_type = 0x03;
constexpr std::size_t extension_head = 3;
constexpr std::size_t crc_octets = 4;

using Crc32c = boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true>;

unsigned char octet(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

std::size_t number16(std::string_view text, std::size_t at) noexcept {
  return static_cast<std::size_t>(octet(text, at)) << 8 | octet(text, at + 1);
}

const unsigned char* octets(std::string_view text, std::size_t at) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data()) + at;
}

/// As far as both go, `octets` begins as `start` does.
bool agrees(std::string_view octets, std::string_view start) noexcept {
  return start.starts_with(octets.substr(0, start.size()));
}

bool is_port(std::string_view text) noexcept {
  unsigned port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  const bool plain = text == "0" || !text.starts_with('0');
  return plain && error == std::errc() && rest == end && port <= 0xffff;
}

/// Up to the next space, which is taken off `text` with it.
std::string_view take_word(std::string_view& text) noexcept {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// The checksum of `header`, in which its own octets at `place` count as zeros.
bool has_checksum(std::string_view header, std::size_t place) {
  Crc32c crc;
  const std::string zeros(crc_octets, '\0');
  crc.process_bytes(header.data(), place);
  crc.process_bytes(zeros.data(), zeros.size());
  const std::string_view behind = header.substr(place + crc_octets);
  crc.process_bytes(behind.data(), behind.size());
  const std::uint32_t told =
      static_cast<std::uint32_t>(number16(header, place) << 16U | number16(header, place + 2));
  return crc.checksum() == told;
}

}  // namespace

ProxyHeaderReader::Result ProxyHeaderReader::read(std::string_view octets) {
  if (octets.empty()) return {0, Progress::need_more};
  if (version_ == Version::unknown && !begin(octets.front())) return {0, Progress::malformed};
  return version_ == Version::one ? read_line(octets) : read_binary(octets);
}

bool ProxyHeaderReader::begin(char first) noexcept {
  if (first == signature.front()) {
    version_ = Version::two;
  } else if (first == line_start.front() && versions_ == ProxyVersions::any) {
    version_ = Version::one;
  }
  return version_ != Version::unknown;
}

/// Takes of `octets` what header_ lacks of `size`.
std::size_t ProxyHeaderReader::take(std::string_view octets, std::size_t size) {
  const std::string_view taken = octets.substr(0, size - std::min(size, header_.size()));
  header_.append(taken);
  return taken.size();
}

ProxyHeaderReader::Result ProxyHeaderReader::read_line(std::string_view octets) {
  const std::size_t end = octets.find('\n');
  const std::size_t wanted = end == octets.npos ? octets.size() : end + 1;
  const std::size_t taken = take(octets.substr(0, wanted), max_proxy_line_octets);
  if (!agrees(header_, line_start)) return {taken, Progress::malformed};
  if (header_.ends_with("\r\n")) {
    const std::string_view line(header_.data(), header_.size() - 2);
    return {taken, parse_line(line) ? Progress::done : Progress::malformed};
  }
  const bool may_go_on = header_.back() != '\n' && header_.size() < max_proxy_line_octets;
  return {taken, may_go_on ? Progress::need_more : Progress::malformed};
}

bool ProxyHeaderReader::parse_line(std::string_view line) {
  if (!line.starts_with(line_start) || line.find('\r') != line.npos) return false;
  line.remove_prefix(line_start.size());
  const std::string_view family = take_word(line);
  if (family == "UNKNOWN") return true;
  const bool v4 = family == "TCP4";
  if (!v4 && family != "TCP6") return false;
  const auto is_of_family = [v4](std::string_view text) {
    return (text.find(':') == text.npos) == v4;
  };
  const std::string_view source = take_word(line);
  const std::string_view destination = take_word(line);
  const std::string_view source_port = take_word(line);
  source_ = parse_ip_address(source);
  return source_ && is_of_family(source) && is_of_family(destination) &&
         parse_ip_address(destination) && is_port(source_port) && is_port(line);
}

ProxyHeaderReader::Result ProxyHeaderReader::read_binary(std::string_view octets) {
  std::size_t taken = take(octets, fixed_octets);
  if (!agrees(header_, signature)) return {taken, Progress::malformed};
  if (header_.size() < fixed_octets) return {taken, Progress::need_more};
  const std::size_t size = fixed_octets + number16(header_, fixed_octets - 2);
  if (size > max_proxy_header_octets) return {taken, Progress::malformed};
  taken += take(octets.substr(taken), size);
  if (header_.size() < size) return {taken, Progress::need_more};
  return {taken, parse_binary() ? Progress::done : Progress::malformed};
}

bool ProxyHeaderReader::parse_binary() {
  constexpr std::size_t command_place = 12, family_place = 13;
  constexpr unsigned char local = 0x20, proxy = 0x21;
  const unsigned char command = octet(header_, command_place);
  // A proxy that speaks for itself may say anything behind that.
  if (command == local) return true;
  if (command != proxy) return false;
  std::size_t addresses = 0;
  switch (octet(header_, family_place)) {
    case 0x00:  // Unspecified: all that follows is to be ignored.
      return true;
    case 0x11:  // IPv4, TCP or UDP.
    case 0x12:
      addresses = 12;
      break;
    case 0x21:  // IPv6.
    case 0x22:
      addresses = 36;
      break;
    case 0x31:  // Files.
    case 0x32:
      addresses = 216;
      break;
    default:
      return false;
  }
  if (header_.size() < fixed_octets + addresses) return false;
  if (addresses == 12) source_ = map_ipv4(octets(header_, fixed_octets));
  if (addresses == 36) {
    std::copy_n(octets(header_, fixed_octets), IpAddress{}.size(), source_.emplace().begin());
  }
  return check_extensions(fixed_octets + addresses);
}

/// They fill the rest, and the checksum, if there is one, is right.
bool ProxyHeaderReader::check_extensions(std::size_t begin) const {
  bool checked = false;
  std::size_t at = begin;
  while (at < header_.size()) {
    if (header_.size() - at < extension_head) return false;
    const std::size_t size = number16(header_, at + 1);
    const std::size_t value = at + extension_head;
    if (header_.size() - value < size) return false;
    if (octet(header_, at) == crc_type) {
      if (checked || size != crc_octets || !has_checksum(header_, value)) return false;
      checked = true;
    }
    at = value + size;
  }
  return true;
}

}  // namespace rollcall::protocol
