using System.Security.Cryptography;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The tables of IAM. A change holds the gate from reading to writing.</summary>
internal sealed class IamTables(StateStore store)
{
    public Lock Gate { get; } = new();

    /// <summary>By name.</summary>
    public IamTable<RoleRecord> Roles { get; } = new(store, "iam.role", IamJson.Default.RoleRecord);

    /// <summary>By name.</summary>
    public IamTable<UserRecord> Users { get; } = new(store, "iam.user", IamJson.Default.UserRecord);

    /// <summary>By ARN.</summary>
    public IamTable<PolicyRecord> Policies { get; } = new(store, "iam.policy", IamJson.Default.PolicyRecord);

    /// <summary>How many roles and users a policy is attached to.</summary>
    public int AttachmentCount(string policyArn) =>
        Roles.All.Count(role => role.AttachedPolicies.Contains(policyArn)) + Users.All.Count(user => user.AttachedPolicies.Contains(policyArn));
}

/// <summary>The stored entities of one kind.</summary>
internal sealed class IamTable<T>(StateStore store, string kind, JsonTypeInfo<T> type) where T : class
{
    /// <summary>Ordered by id.</summary>
    public IReadOnlyList<T> All => store.List(kind, type);

    public T? Find(string id) => store.Get(kind, id, type);

    public void Put(string id, T entity) => store.Put(kind, id, entity, type);

    public void Delete(string id) => store.Delete(kind, id);
}

[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RoleRecord))]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(PolicyRecord))]
internal sealed partial class IamJson : JsonSerializerContext;

/// <summary>The ids that IAM gives to its entities: four letters for the kind and 17 at random.</summary>
internal static class UniqueId
{
    public static string Role() => New("AROA");

    public static string User() => New("AIDA");

    public static string Policy() => New("ANPA");

    private static string New(string kind) => kind + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17);
}

internal sealed record Tag(string Key, string Value);
