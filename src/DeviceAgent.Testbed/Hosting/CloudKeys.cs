using System.Security.Cryptography;
using System.Text.Json.Serialization;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>The cloud's own secrets, made on the first start and kept with its state so that keys and tokens outlive a restart.</summary>
internal sealed record CloudKeys(byte[] SessionTokenKey, string OperatorAccessKeyId, string OperatorSecretAccessKey)
{
    private const string Kind = "cloud.keys";
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    [JsonIgnore]
    public OperatorKey Operator => new(OperatorAccessKeyId, OperatorSecretAccessKey);

    public static CloudKeys LoadOrMake(StateStore store)
    {
        if (store.Get(Kind, Kind, CloudKeysJson.Default.CloudKeys) is { } kept) return kept;
        var made = new CloudKeys(
            RandomNumberGenerator.GetBytes(32), "AKIA" + RandomNumberGenerator.GetString(Base32, 16), Convert.ToBase64String(RandomNumberGenerator.GetBytes(30)));
        store.Put(Kind, Kind, made, CloudKeysJson.Default.CloudKeys);
        return made;
    }

    public override string ToString() => $"CloudKeys {{ {OperatorAccessKeyId} }}";
}

[JsonSerializable(typeof(CloudKeys))]
internal sealed partial class CloudKeysJson : JsonSerializerContext;
