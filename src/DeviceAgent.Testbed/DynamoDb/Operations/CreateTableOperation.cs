using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class CreateTableOperation(TableCatalog tables) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:CreateTable", CreateTableRequest.Read(request).TableName, [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var table = tables.Create(CreateTableRequest.Read(request).ToDefinition(tables.Now));
        TableDescription.Write(answer, "TableDescription", table, TableStatus.CREATING);
    }
}

/// <summary>A CreateTable request that satisfies the constraints of the model.</summary>
internal sealed record CreateTableRequest
{
    private const long MostUnits = 1_000_000_000_000;

    public required string TableName { get; init; }

    public required KeySchema Keys { get; init; }

    private string? BillingMode { get; init; }

    private (long? Read, long? Write)? Throughput { get; init; }

    private string? TableClass { get; init; }

    private bool DeletionProtection { get; init; }

    private string? EncryptionKeyArn { get; init; }

    public static CreateTableRequest Read(JsonElement request)
    {
        var throughput = request.StructureMember("ProvisionedThroughput", "ProvisionedThroughput");
        var created = new CreateTableRequest
        {
            TableName = DynamoDb.Operations.TableName.ReadRequired(request),
            Keys = KeySchema.Read(request),
            BillingMode = request.StringMember("BillingMode"),
            Throughput = throughput is { } units ? (units.LongMember("ReadCapacityUnits", "Long"), units.LongMember("WriteCapacityUnits", "Long")) : null,
            TableClass = request.StringMember("TableClass"),
            DeletionProtection = request.BooleanMember("DeletionProtectionEnabled") ?? false,
            EncryptionKeyArn = ReadEncryption(request),
        };
        created.CheckConstraints();
        UnsupportedFeatures.Refuse(request);
        return created;
    }

    public TableDefinition ToDefinition(DateTimeOffset now)
    {
        CheckBilling();
        Keys.Check();
        return new TableDefinition
        {
            Name = TableName,
            Id = Guid.NewGuid().ToString(),
            AttributeDefinitions = [.. Keys.Definitions.Select(d => new KeyAttribute(d.Name!, Enum.Parse<AttributeType>(d.Type!)))],
            PartitionKey = Keys.Attribute(0)!,
            SortKey = Keys.Attribute(1),
            OnDemand = BillingMode == "PAY_PER_REQUEST",
            ReadUnits = Throughput?.Read ?? 0,
            WriteUnits = Throughput?.Write ?? 0,
            TableClass = TableClass,
            DeletionProtection = DeletionProtection,
            EncryptionKeyArn = EncryptionKeyArn,
            CreatedAt = now,
        };
    }

    private void CheckConstraints()
    {
        var constraints = new Constraints();
        Keys.CheckDefinitions(constraints);
        constraints.OneOf("billingMode", BillingMode, "PROVISIONED", "PAY_PER_REQUEST");
        if (Throughput is { } units)
        {
            constraints.NotNull("provisionedThroughput.writeCapacityUnits", units.Write)
                .AtLeast("provisionedThroughput.writeCapacityUnits", units.Write, 1)
                .NotNull("provisionedThroughput.readCapacityUnits", units.Read)
                .AtLeast("provisionedThroughput.readCapacityUnits", units.Read, 1);
        }

        Keys.CheckElements(constraints);
        constraints.OneOf("tableClass", TableClass, "STANDARD", "STANDARD_INFREQUENT_ACCESS").ThrowIfViolated();
    }

    private void CheckBilling()
    {
        if (BillingMode == "PAY_PER_REQUEST")
        {
            if (Throughput is not null) throw Invalid("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
            return;
        }

        if (Throughput is not { Read: { } read, Write: { } write })
            throw Invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
        if (read > MostUnits) throw DynamoDbException.Validation($"Given value {read} for ReadCapacityUnits is out of bounds");
        if (write > MostUnits) throw DynamoDbException.Validation($"Given value {write} for WriteCapacityUnits is out of bounds");
    }

    private static string? ReadEncryption(JsonElement request)
    {
        if (request.StructureMember("SSESpecification", "SSESpecification") is not { } encryption) return null;
        var key = encryption.StringMember("KMSMasterKeyId") ?? "alias/aws/dynamodb";
        if (encryption.BooleanMember("Enabled") != true) return null;
        return key.StartsWith("arn:", StringComparison.Ordinal) ? key : CloudAccount.Arn("kms", key.StartsWith("alias/", StringComparison.Ordinal) ? key : $"key/{key}");
    }

    private static DynamoDbException Invalid(string what) => DynamoDbException.Validation("One or more parameter values were invalid: " + what);
}
