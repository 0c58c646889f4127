using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Hosting;
using DeviceAgent.Spool;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Commands.Doctor;

/// <summary>The table: there, with the keys of the configuration, and writable.</summary>
/// <param name="options">The configuration.</param>
/// <param name="clock">Signs requests.</param>
/// <param name="agent">Its last writes tell where none is tried.</param>
/// <param name="writes">Whether an item may be written, and deleted again.</param>
internal sealed class TableChecks(AgentOptions options, DeviceClock clock, RunningAgentView agent, bool writes)
{
    /// <summary>As a sort key it is no time, so it is no reading's.</summary>
    private const string SortKeyPrefix = "device-agent-doctor-";

    /// <param name="obstacle">The check that has failed before; null when none has.</param>
    /// <param name="credentials">To ask with; null when there are none.</param>
    /// <param name="cancellationToken">Whoever waits has gone.</param>
    public async IAsyncEnumerable<Finding> RunAsync(string? obstacle, TemporaryCredentials? credentials, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (obstacle is not null || credentials is null)
        {
            yield return Finding.Needs(CheckName.Table, obstacle ?? CheckName.Credentials);
            yield return Finding.Needs(CheckName.Write, obstacle ?? CheckName.Credentials);
            yield break;
        }

        var table = options.Table;
        using var http = new WireHttpClientFactory(new ConnectionTrace(clock).ConnectAsync, clock);
        var access = new FixedAccess(() => credentials, clock);
        using var client = DynamoDbClient.Create(access, table, http, clock);
        var batches = new BatchWriteClient(http.Client, DynamoDbClient.EndpointOf(client), table, clock);
        var sink = new DynamoDbSink(client, batches, table, access, clock, NullLogger<DynamoDbSink>.Instance);

        var look = await TableAsync(sink, cancellationToken).ConfigureAwait(false);
        yield return look;
        yield return look.Result == FindingResult.Failure ? Finding.Needs(CheckName.Write, CheckName.Table)
            : writes ? await WriteAsync(sink, cancellationToken).ConfigureAwait(false)
            : agent.LastWrite() ?? Finding.Skipped(CheckName.Write, "not tried: --write tries one, with an item that it deletes again");
    }

    private async Task<Finding> TableAsync(DynamoDbSink sink, CancellationToken cancellationToken)
    {
        var (isDescribed, fault) = await sink.LookAsync(cancellationToken).ConfigureAwait(false);
        if (fault is { Kind: FaultKind.ClockSkew }) (isDescribed, fault) = await sink.LookAsync(cancellationToken).ConfigureAwait(false);
        var table = options.Table;
        if (fault is not null) return Finding.Failure(CheckName.Table, fault.What, fault.Remedy);
        return isDescribed
            ? Finding.Ok(CheckName.Table, $"{table.TableName} in {table.Region} has the keys {table.PartitionKey} and {table.SortKey}")
            : Finding.Skipped(CheckName.Table, $"the role may not describe {table.TableName} (dynamodb:DescribeTable): only a write tells whether it is there and has the right keys");
    }

    private async Task<Finding> WriteAsync(DynamoDbSink sink, CancellationToken cancellationToken)
    {
        var key = new ReadingKey(options.SerialNumber, $"{SortKeyPrefix}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        var payload = Encoding.UTF8.GetBytes("""{"doctor":true}""");
        IReadOnlyList<PendingReading> item = [new PendingReading(new SpoolRecord(0, SpoolClass.Normal, clock.GetUtcNow(), null, payload), key)];
        var result = await sink.WriteAsync(item, cancellationToken).ConfigureAwait(false);
        if (result.Fault is { } fault) return Finding.Failure(CheckName.Write, fault.What, fault.Remedy);
        if (result.Accepted.Count == 0) return Finding.Warning(CheckName.Write, "DynamoDB handed the item back without writing it: it is throttled.", "Try again; raise the table's capacity if this goes on.");
        if (await sink.DeleteAsync(key, cancellationToken).ConfigureAwait(false) is not { } left) return Finding.Ok(CheckName.Write, $"an item was written to {options.Table.TableName} and deleted again");
        var (table, partition, sort) = (options.Table.TableName, options.Table.PartitionKey, options.Table.SortKey);
        return Finding.Warning(
            CheckName.Write,
            $"An item was written, and could not be deleted again: {left.What}",
            $$$"""Delete it: aws dynamodb delete-item --table-name {{{table}}} --key '{"{{{partition}}}":{"S":"{{{PrintableText.Of(key.SerialNumber)}}}"},"{{{sort}}}":{"S":"{{{key.Timestamp}}}"}}'""");
    }
}
