using System.Globalization;
using Amazon.DynamoDBv2.Model;
using DeviceAgent.Readings;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>From a reading to an item of the table.</summary>
internal sealed class ItemMapper(TableOptions table)
{
    /// <summary>What an item needs in a request beside its attributes: the wrapping and the types.</summary>
    public const int WrappingBytes = 128;

    public Dictionary<string, AttributeValue> ToItem(Reading reading, ReadingKey key)
    {
        var item = new Dictionary<string, AttributeValue>(reading.Attributes.Count + table.StaticAttributes.Count + 3)
        {
            [table.PartitionKey] = new() { S = key.SerialNumber },
            [table.SortKey] = new() { S = key.Timestamp },
        };
        if (table.TimeToLive is { } timeToLive)
        {
            var expiry = reading.Timestamp.ToUnixTimeSeconds() + (timeToLive.Days * 86_400L);
            item[timeToLive.Attribute] = new AttributeValue { N = expiry.ToString(CultureInfo.InvariantCulture) };
        }

        foreach (var (name, value) in reading.Attributes) item.TryAdd(name, ToAttribute(value));
        foreach (var (name, value) in table.StaticAttributes) item.TryAdd(name, ToAttribute(value));
        return item;
    }

    private static AttributeValue ToAttribute(ReadingValue value) => value switch
    {
        ReadingValue.Number number => new AttributeValue { N = number.Digits },
        ReadingValue.String text => new AttributeValue { S = text.Value },
        ReadingValue.Bool flag => new AttributeValue { BOOL = flag.Value },
        ReadingValue.List sequence => new AttributeValue { L = [.. sequence.Values.Select(ToAttribute)] },
        ReadingValue.Map structure => new AttributeValue { M = structure.Fields.ToDictionary(f => f.Key, f => ToAttribute(f.Value)) },
        _ => new AttributeValue { NULL = true },
    };
}
