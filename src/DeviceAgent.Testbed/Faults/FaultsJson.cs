using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Faults;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    Converters = [typeof(CamelCaseEnumConverter<UnregisteredCertificate>), typeof(CamelCaseEnumConverter<CredentialsBody>)])]
[JsonSerializable(typeof(FaultSettings))]
[JsonSerializable(typeof(FaultProblems))]
internal sealed partial class FaultsJson : JsonSerializerContext;

internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) where T : struct, Enum;
