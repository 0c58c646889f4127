using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Readings;
using DeviceAgent.Settings;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>The table and the form of its items.</summary>
internal sealed partial record TableOptions
{
    /// <summary>The AWS region, which is also what requests are signed for.</summary>
    public required string Region { get; init; }

    /// <summary>Null: AWS's endpoint of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>3 to 255 of A-Z a-z 0-9 _ . -; the thing's name when left out.</summary>
    public required string TableName { get; init; }

    /// <summary>The partition key, of type S.</summary>
    public string PartitionKey { get; init; } = ReadingJson.SerialNumberName;

    /// <summary>The sort key, of type S.</summary>
    public string SortKey { get; init; } = ReadingJson.TimestampName;

    /// <summary>Null: items do not expire.</summary>
    public TimeToLive? TimeToLive { get; init; }

    /// <summary>Attributes that every item gets, unless the reading has one of that name itself.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadingValue>> StaticAttributes { get; init; } = [];

    /// <summary>The names that no attribute of a reading may have.</summary>
    public IReadOnlySet<string> ReservedNames => new HashSet<string>(
        [ReadingJson.SerialNumberName, ReadingJson.TimestampName, ReadingJson.EstimatedName, PartitionKey, SortKey, .. TimeToLive is null ? Array.Empty<string>() : [TimeToLive.Attribute]], StringComparer.Ordinal);

    /// <summary>What these settings add to the size of each item, in bytes.</summary>
    public int OverheadBytes =>
        ItemSize.Of(PartitionKey, new ReadingValue.Null())
        + ItemSize.Of(SortKey, new ReadingValue.Null())
        + ItemSize.Of(ReadingJson.EstimatedName, new ReadingValue.Null())
        + (TimeToLive is null ? 0 : ItemSize.Of(TimeToLive.Attribute, ReadingValue.Of(253402300799m)))
        + StaticAttributes.Sum(a => ItemSize.Of(a.Key, a.Value));

    public static TableOptions Read(SettingsReader settings, string thingName)
    {
        var region = settings.Required("region", "the AWS region, e.g. eu-central-1");
        if (region.Length > 0 && !RegionName().IsMatch(region)) settings.Error("region", region, "must be the name of an AWS region, e.g. eu-central-1");

        var ownTable = settings.Text("tableName");
        if (ownTable is not null && !TableNameForm().IsMatch(ownTable)) settings.Error("tableName", ownTable, "must be 3 to 255 of A-Z a-z 0-9 _ . -");
        if (ownTable is null && thingName.Length > 0 && !settings.Has("tableName") && !TableNameForm().IsMatch(thingName))
        {
            settings.Error("thingName", thingName, "cannot be the table's name as well (3 to 255 of A-Z a-z 0-9 _ . -, no ':'): set tableName");
        }

        var options = new TableOptions
        {
            Region = region,
            Endpoint = settings.Url("dynamoDbEndpoint"),
            TableName = ownTable ?? thingName,
            PartitionKey = KeyName(settings, "partitionKey", ReadingJson.SerialNumberName),
            SortKey = KeyName(settings, "sortKey", ReadingJson.TimestampName),
            TimeToLive = ReadTimeToLive(settings),
        };
        if (options.Endpoint is { } endpoint && (endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0 || endpoint.UserInfo.Length > 0))
            settings.Error("dynamoDbEndpoint", endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), "has more than scheme, host, port and path: leave out user, ? and # with what follows");
        if (options.PartitionKey == options.SortKey) settings.Error("sortKey", options.SortKey, "must differ from partitionKey");
        if (options.TimeToLive?.Attribute is { } expiry && (expiry == options.PartitionKey || expiry == options.SortKey)) settings.Error("ttl.attribute", expiry, "is the name of a key; choose another");
        options = options with { StaticAttributes = ReadAttributes(settings.Section("attributes"), options.ReservedNames) };
        if (options.OverheadBytes >= ItemLimits.MaxItemBytes) settings.Error("attributes", null, $"take {options.OverheadBytes} bytes of each item, which may have {ItemLimits.MaxItemBytes} in all");
        return options;
    }

    private static string KeyName(SettingsReader settings, string name, string otherwise)
    {
        var key = settings.Text(name) ?? otherwise;
        if (System.Text.Encoding.UTF8.GetByteCount(key) > 255) settings.Error(name, key, "must not be longer than 255 bytes");
        return key;
    }

    private static TimeToLive? ReadTimeToLive(SettingsReader settings)
    {
        if (!settings.Has("ttl")) return null;
        var section = settings.Section("ttl");
        var attribute = section.Required("attribute", "the name of the table's TTL attribute");
        if (!section.Has("days")) section.Error("days", null, "is missing: how many days an item is kept");
        var timeToLive = new TimeToLive(attribute, section.Integer("days", 30, 1, 36_500));
        section.ReportUnknown();
        return timeToLive;
    }

    private static List<KeyValuePair<string, ReadingValue>> ReadAttributes(SettingsReader settings, IReadOnlySet<string> reserved)
    {
        var attributes = new List<KeyValuePair<string, ReadingValue>>();
        foreach (var (name, node) in settings.Free())
        {
            var value = StaticAttribute.ToValue(node);
            if (value is null) settings.Error(name, node?.ToJsonString() ?? "null", "must be a string, a number, true or false");
            else if (value is ReadingValue.Number number && ItemNumber.FindProblem(number.Digits) is { } problem) settings.Error(name, number.Digits, problem);
            else if (name.Length == 0 || reserved.Contains(name)) settings.Error(name, null, "is the name of a key or of the TTL attribute; choose another");
            else attributes.Add(KeyValuePair.Create(name, value));
        }

        return attributes;
    }

    [GeneratedRegex(@"\A(?=.{1,63}\z)[a-z]{2,}(-[a-z0-9]+)+-[0-9]{1,2}\z")]
    private static partial Regex RegionName();

    [GeneratedRegex(@"\A[a-zA-Z0-9_.-]{3,255}\z")]
    private static partial Regex TableNameForm();
}

/// <summary>When DynamoDB may delete an item: so many days after its timestamp, in an attribute of its own (epoch seconds).</summary>
/// <param name="Attribute">The table's TTL attribute.</param>
/// <param name="Days">1 to 36500.</param>
internal sealed record TimeToLive(string Attribute, int Days);

/// <summary>Values of static attributes as they are configured.</summary>
internal static class StaticAttribute
{
    /// <summary>A string, number, true or false, in the type that the file gives it; null for anything else.</summary>
    public static ReadingValue? ToValue(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => new ReadingValue.String(node.GetValue<string>()),
        JsonValueKind.Number => new ReadingValue.Number(node.ToJsonString()),
        JsonValueKind.True => ReadingValue.Of(true),
        JsonValueKind.False => ReadingValue.Of(false),
        _ => null,
    };
}
